import { isLetter } from "./characters.js";
import { matchAt, type Rule, type Span } from "./rule.js";

/** A sticky pattern from each keyword on, at the beginning of a word where the keyword begins with a letter. */
function from(keywords: readonly string[], pattern: RegExp): Rule["detections"][number] {
  return {
    on: "keyword",
    keywords,
    find(text: string, start: number): Span | undefined {
      if (isLetter(text.charCodeAt(start)) && isLetter(text.charCodeAt(start - 1))) return undefined;
      const match = matchAt(pattern, text, start);
      return match === undefined ? undefined : { start, end: start + match[0].length };
    },
  };
}

const DIRECTIVES = [
  from(
    ["keep th", "keep it", "keep every", "keep my"],
    /keep (?:this|that|these|it|them|everything|my \w{2,16})(?: \w{2,14}){0,3}? (?:private|confidential|secret|local(?:ly)?|on[- ]prem\w*|on (?:my|this|the) (?:device|machine|phone|laptop|computer)|between us|to yourself|offline|internal|off the cloud|in[- ]house)/iy,
  ),
  from(
    ["do not ", "don't ", "don’t ", "never ", "please do not", "must not "],
    /(?:please )?(?:do not|don['’]t|never|must not) (?:send|upload|share|forward|transmit|leak|disclose|repeat|store|log|expose)(?: \w{1,14}){0,5}? (?:cloud|internet|online|outside|anyone|anybody|server|servers|third part\w+|openai|google|remote\w*|external\w*|off (?:this|my) device|publicly)/iy,
  ),
  from(
    ["process this", "process it", "handle this", "run this", "process these", "analyze this", "analyse this"],
    /\w{3,8} (?:this|it|these)(?: \w{2,14}){0,2}? (?:locally|offline|on[- ]prem\w*|on (?:my|this) device|in[- ]house)\b/iy,
  ),
  from(
    ["confidential"],
    /confidential(?:\b[^\n.?!]{0,12}?(?:memo|board|document|report|file|draft|agreement|contract|email|deck|information|data|client (?:list|data|file|matter)|customer|letter|\)|\]|$|[:\-–—])|\.?$)/iy,
  ),
  from(
    [
      "must be confidential",
      "handling must",
      "strictly confidential",
      "strictly private",
      "company confidential",
      "for internal use only",
      "internal use only",
      "internal only",
      "not for distribution",
      "off the record",
      "must not leave",
      "may not leave",
      "must stay on",
      "has to stay on",
      "under nda",
      "under an nda",
      "between you and me",
      "for your eyes only",
      "attorney-client",
      "don't tell anyone",
      "do not tell anyone",
      "nobody else may",
      "stays on this device",
      "stay on this device",
      "stay on my device",
      "no cloud",
    ],
    /[^\n]{7,16}/iy,
  ),
  from(
    [
      "vertraulich",
      "streng geheim",
      "nur intern",
      "nicht weitergeben",
      "bleibt unter uns",
      "strictement confidentiel",
      "usage interne",
      "ne pas partager",
      "estrictamente confidencial",
      "uso interno",
      "no compartir",
      "no compartas",
      "strettamente riservato",
      "non condividere",
      "estritamente confidencial",
      "não compartilhe",
      "strikt vertrouwelijk",
      "niet delen",
    ],
    /[^\n]{7,16}?/iy,
  ),
  from(
    ["机密", "保密", "绝密", "请在本地", "本地处理", "不要上传", "不要发送", "不要外传", "社外秘", "機密", "외부 유출"],
    /[^\n]{2,4}?(?:文件|处理|上传|发送|外传|资料|文档|信息|情報|秘|유출|内容)?/y,
  ),
];

/** Words that are internal by themselves, and words that are where a document or a system follows. */
const OWN =
  "(?:internal(?! (?:clock|body|organ|organs|energy|temperature|monologue|voice|life|lives|state|world|combustion|exceptions?|types?|api|apis|representation|format|buffer|class|classes|function|functions|error|errors|structure|medicine|server error|conflict|affairs|market|link|links))|proprietary|unpublished|confidential|in-house|unreleased|unannounced|payroll|crm|patents?|data ?cent(?:er|re)|source code|codebase|roadmap|trade secrets?|fab|invention|algorithm|database schema|design docs?|sre|on-call|acquisition|merger|vpn|q[1-4]|(?:private|production|staging|secret|customer|client|employee|patient|user|competitive|competitor|board|financial|sales|revenue|legal|hr|salary|infrastructure|incident|manufacturing|clinical|supplier|vendor|investor)(?:s|s'|'s)? (?:\\w{2,14} ){0,3}?(?:data|databases?|systems?|clusters?|environments?|servers?|reports?|deck|reviews?|memos?|meetings?|minutes|strategy|numbers|figures|forecasts?|analysis|positioning|plans?|records|lists?|contracts?|enterprise|repo(?:sitory)?|github|gitlab|pipelines?|tables?|notes|process|sequences?|configurations?|logs?|metrics|schema|equipment|code|information|survey|dashboards?|contacts?|salaries|presentation|budget|draft|network|credentials))";

const OWNED = [
  from(
    ["our "],
    new RegExp(
      `our (?:company(?:'s)? |own |team'?s? |new |entire |latest |upcoming |\\w{3,12} )?${OWN}\\b(?![?])`,
      "iy",
    ),
  ),
  from(
    ["my company", "my employer", "my client's", "my clients", "my patient", "my customers", "my firm", "my startup"],
    new RegExp(
      `my (?:company|employer|firm|startup|client|patient|customer)(?:'s|s')? (?:\\w{2,14} ){0,3}?(?:${OWN}|data|records?|notes?|files?|numbers|contract|strategy|plan)\\b`,
      "iy",
    ),
  ),
  from(["proprietary"], /proprietary (?:\w{3,16} ){0,4}?(?:our|my company)\b/iy),
];

const RECORDS =
  "(?:database|databases|records?|data|dataset|export|exports|list|lists|contact(?: information| details)?|files?|information|details|accounts?|profiles?|behaviou?r data|banking details|social security numbers?|ids?|survey data|transactions?|addresses|notes|analytics|salaries|payroll|medical records)";
const CUSTOMER = [
  from(
    ["customer ", "client ", "employee ", "patient ", "psychotherapy "],
    new RegExp(
      `(?:customer|client|employee|patient|psychotherapy)s? (?!(?:to|that|can|could|should|will|would|and|or|when|from|for|in|on|is|are|has|who|may|must|sends?|side) )(?:(?!to )\\w{2,14} ){0,2}?${RECORDS}\\b`,
      "iy",
    ),
  ),
];
/** Customer data counts where it is at hand ("this export", "our CRM"), not where it is the subject of a question. */
const AT_HAND =
  /\b(?:this|these|our|my|attached|following|below|from (?:our|the) crm)\b(?! (?:is|are) (?:a|an|the)\b)/i;

const SENSITIVE = [
  from(
    [
      "this meeting transcript",
      "meeting transcript",
      "minutes from our",
      "board meeting",
      "board memo",
      "board strategy",
      "ip disclosure",
      "invention disclosure",
      "patent claims",
      "patent application",
      "from our crm",
      "crm export",
      "the crm",
      "payroll data",
      "employee satisfaction",
      "biometric",
      "private repo",
      "private enterprise",
      "internal roadmap",
      "unpublished research",
      "term sheet",
      "cap table",
      "merger agreement",
      "acquisition strategy",
      "performance review of",
      "severance agreement",
    ],
    /[^\n.?!]{6,60}/iy,
  ),
];
const ASKED_ABOUT_OWN =
  /\b(?:summari[sz]e|analy[sz]e|review|draft|prepare|process|document|refine|refactor|debug|generate|check|optimi[sz]e|strengthen|proofread|rewrite|help me|translate|our|my|we)\b/i;

const CHINESE = [
  from(
    ["我们"],
    /我们(?:公司|团队|部门)?的?[^\n，。？]{0,6}?(?:内部|专有|生产环境|生产|客户|芯片|机密|未发布|员工|财务|合同|专利|商业|源代码|数据中心|竞争)/y,
  ),
  from(["客户数据", "客户资料", "员工数据", "员工资料", "公司内部", "用户记录"], /.{4}/y),
  from(
    ["上周", "这次", "昨天", "本周"],
    /(?:上周|这次|昨天|本周)[^\n，。？]{0,6}?(?:团队|部门|董事会)[^\n，。？]{0,6}?会议/y,
  ),
];

function guarded(detection: Rule["detections"][number], guard: RegExp): Rule["detections"][number] {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      return span !== undefined && guard.test(text.slice(Math.max(0, start - 120), span.end + 60)) ? span : undefined;
    },
  };
}

/** Whether a text asks about a thing in general ("what is", "how do I protect") rather than hands it over. */
function unlessQuestion(detection: Rule["detections"][number]): Rule["detections"][number] {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      if (span === undefined) return undefined;
      return /^\s*(?:what(?:'s| is| are| does)|define|explain|who |when did|why (?:do|does|is|are)|compare|design|write (?:a|an) (?:story|poem|essay|blog|article))/i.test(
        text.slice(0, 60),
      )
        ? undefined
        : span;
    },
  };
}

const keepLocal = { severity: "high", action: "keep-local" } as const;

/** Nothing to match, and yet it must stay: what people say about how a text is to be treated, or whose it is. */
export const privateIntentRules: readonly Rule[] = [
  {
    id: "PRIVACY_060",
    description: "a wish to keep this text private",
    kind: "PRIVATE",
    ...keepLocal,
    detections: DIRECTIVES.map(unlessQuestion),
  },
  {
    id: "PRIVACY_061",
    description: "an internal matter of an organisation",
    kind: "INTERNAL",
    ...keepLocal,
    detections: [
      ...OWNED.map(unlessQuestion),
      ...SENSITIVE.map((detection) => unlessQuestion(guarded(detection, ASKED_ABOUT_OWN))),
      ...CHINESE,
    ],
  },
  {
    id: "PRIVACY_062",
    description: "data about customers, employees or patients",
    kind: "CUSTOMER_DATA",
    ...keepLocal,
    detections: CUSTOMER.map((detection) => unlessQuestion(guarded(detection, AT_HAND))),
  },
];
