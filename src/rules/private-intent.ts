import { customerDetections, ownDetections } from "./internal-matters.js";
import { recordDetections } from "./own-work.js";
import type { Rule } from "./rule.js";
import { secrecyPhrases } from "./secrecy-phrases.js";
import { secrecyDetections } from "./secrecy-wishes.js";
import { besides, from, unlessQuestion } from "./sentence.js";

const TARGET =
  "(?:cloud|internet|online|outside|any(?:one|body|where)|no ?(?:one|body)|else|servers?|third part\\w+|openai|chatgpt|google|anthropic|microsoft|remote\\w*|external\\w*|off (?:this|my|the) \\w+|publicly|(?:this|my|the) (?:device|phone|laptop|machine|computer|building|company|house)|other people|others|following|this (?:text|file|message|document|email|note|letter)|it|them)";

const NEVER = new RegExp(
  `(?:please )?(?:do not|don['’]t|dont|never|must not|mustn['’]t|may not|should not|shouldn['’]t|can['’]?t|cannot|i (?:do not|don['’]t) want (?:this|it|that|them)?|no one should|nobody should|under no circumstances|not to) (?:to |ever |be |let (?:it|this|that|them|anything(?: of (?:this|it))?|any of (?:this|it)) )?(?:repeat|send|sent|upload\\w*|share\\w*|forward\\w*|transmit\\w*|leak\\w*|disclose\\w*|post|publish\\w*|stor\\w+|log|expose|pass(?:ed)? on|tell)(?: [\\w'’]{1,14}){0,5}? ?\\b${TARGET}\\b(?! the (?:ending|plot|twist|joke|answer|solution))`,
  "iy",
);

/** "For internal use only" over a document; in the comments of code it speaks of an interface. */
const INTERNAL_USE =
  /(?:for )?internal (?:use )?only(?!>|["'`]|\.?\s*\n?\s*(?:\*|\/\/|explicit|def|function|class))[^\n]{0,12}/iy;

/** What must not get to a place: "this can't go to the cloud", "never let it leave this device". */
const NOT_THERE =
  /(?:please )?(?:do not|don['’]t|dont|never|must not|mustn['’]t|may not|should not|shouldn['’]t|can['’]?t|cannot|i (?:do not|don['’]t) want (?:this|it|that|them|any of this)|under no circumstances)(?: to| ever| be| should this| may this| let (?:it|this|that|them|anything(?: of (?:this|it))?|any of (?:this|it))){0,2} (?:go|going|reach|get|leave)(?: [\w'’]{1,14}){0,4}? (?:cloud|internet|online|any(?:one|body|where)|servers?|third part\w+|openai|chatgpt|google|anthropic|(?:this|my|the) (?:device|phone|laptop|machine|computer|building|company|house))\b/iy;

/** How a prohibition begins; both patterns below look behind one. */
const PROHIBITIONS = [
  "do not ",
  "don't ",
  "don’t ",
  "dont ",
  "never ",
  "please do not",
  "must not ",
  "may not ",
  "can't ",
  "cannot ",
  "i don't want",
  "i do not want",
  "nobody should",
  "no one should",
  "under no circumstances",
  "not to be ",
];

const DIRECTIVES = [
  from(
    ["keep th", "keep it", "keep every", "keep my"],
    /keep (?:this|that|these|it|them|everything|my \w{2,16})(?: \w{2,14}){0,3}? (?:private|confidential|secret|local(?:ly)?|on[- ]prem\w*|on (?:my|this|the) (?:device|machine|phone|laptop|computer)|between (?:us|you and me|ourselves)|to yourself|offline|internal|off the cloud|in[- ]house)/iy,
  ),
  from(PROHIBITIONS, NEVER),
  from(PROHIBITIONS, NOT_THERE),
  from(
    ["process", "handle th", "run th", "analyze th", "analyse th", "answer", "use", "stay", "only", "work"],
    /(?:process|handle|run|analy[sz]e|answer|work on|use|stay|only)(?: (?:this|it|these|that|only|everything|on|with|the|a|my|question|one)){0,4}? (?:locally|local model|offline|on[- ]prem\w*|on[- ]device|(?:on )?(?:my|this|the) (?:device|phone|laptop|machine)(?: only| alone)|device only|in[- ]house)\b(?! (?:with|using|for (?:testing|development)|server|storage))/iy,
  ),
  besides(
    from(
      ["confidential"],
      /confidential(?:\b[^\n.?!]{0,12}?(?:memo|board|document|report|file|draft|agreement|contract|email|deck|information|data|client (?:list|data|file|matter)|customer|letter|strategy|paper|\)|\]|$|[:\-–—])|\.(?=\s|$))/iy,
    ),
    /\b(?:this|these|our|my|we|attached|enclosed|below|following|follows|strictly|here|treat)\b|^\W*(?:\w{1,12} ){0,2}confidential/i,
  ),
  from(
    [
      "must be confidential",
      "handling must",
      "strictly confidential",
      "strictly private",
      "company confidential",
      "off the record",
      "must not leave",
      "may not leave",
      "must never leave",
      "must stay on",
      "has to stay on",
      "should stay on",
      "must remain on",
      "under nda",
      "under an nda",
      "between you and me",
      "strictly between us",
      "this is between us",
      "stays between us",
      "tell no one",
      "tell nobody",
      "nobody else may",
      "no one else may",
      "stays on this device",
      "stay on this device",
      "stay on my device",
      "stays on my phone",
      "stay on my phone",
      "no cloud",
      "no remote model",
      "without the cloud",
      "this is private",
      "this is secret",
      "this is top secret",
      "is a secret",
      "in strict confidence",
      "in confidence:",
      "told me in confidence",
      "not for distribution",
      "do not distribute",
      "need-to-know",
    ],
    /[^\n]{7,16}/iy,
  ),
  from(["for internal use only", "internal use only", "internal only"], INTERNAL_USE),
  from(
    ["nobody ", "no one "],
    /(?:nobody|no one)(?: else)? (?:may|must|should|can|is allowed to)(?: ever)? (?:read|see|know|learn|hear|find out|access|look)/iy,
  ),
  from(
    [
      "attorney-client privileged and",
      "attorney-client privileged:",
      "privileged and confidential",
      "privileged & confidential",
    ],
    /(?<!the )[^\n]{20,30}/iy,
  ),
  from(
    ["nobody else", "no one else"],
    /(?:nobody|no one) else (?:saw|sees|reads?|knew|knows|hears?|learns?|should see)/iy,
  ),
  from(
    [
      "handle offline",
      "what runs on the phone",
      "what runs on this",
      "what runs on my",
      "do not repeat",
      "don't repeat",
    ],
    /[^\n]{12,24}?(?:offline|phone|device|laptop|repeat)(?![\w]| (?:after|yourself|it back))/iy,
  ),
  from(
    [
      "das ist geheim",
      "geheim halten",
      "à garder pour toi",
      "garde ça pour toi",
      "c'est confidentiel",
      "es confidencial",
      "è riservato",
      "é confidencial",
      "is vertrouwelijk",
      "guárdalo para ti",
      "tienilo per te",
      "guarda só para ti",
      "hou het voor je",
    ],
    /[^\n]{8,20}?(?=$|[\s.,:;!?)])/iy,
  ),
  // German, French, Spanish, Italian, Portuguese, Dutch.
  from(
    [
      "streng vertraulich",
      "vertraulich",
      "streng geheim",
      "nur intern",
      "nicht weitergeben",
      "nicht weitersagen",
      "nicht weiterleiten",
      "nicht teilen",
      "nicht in die cloud",
      "nicht hochladen",
      "nicht ins internet",
      "nicht verlassen",
      "unter uns",
      "nur lokal",
      "lokal verarbeiten",
      "auf dem gerät bleiben",
      "bleibt auf dem gerät",
      "niemandem erzählen",
      "sag es niemandem",
      "niemand darf",
      "strictement confidentiel",
      "confidentiel :",
      "confidentiel:",
      "usage interne",
      "ne pas partager",
      "ne partage",
      "ne pas envoyer",
      "ne pas diffuser",
      "n'envoie pas",
      "ne l'envoie",
      "ne le dis à personne",
      "entre nous",
      "pas dans le cloud",
      "en local uniquement",
      "uniquement en local",
      "estrictamente confidencial",
      "confidencial:",
      "uso interno",
      "no compart",
      "no lo compart",
      "no la compart",
      "no enviar a",
      "no lo envíes",
      "no se lo digas",
      "entre nosotros",
      "solo en local",
      "no subir a la nube",
      "strettamente riservato",
      "riservato",
      "non condivider",
      "non inviare",
      "non dirlo a nessuno",
      "tra noi",
      "solo in locale",
      "estritamente confidencial",
      "não compartilh",
      "não partilh",
      "não envi",
      "não conte a ninguém",
      "entre nós",
      "apenas localmente",
      "strikt vertrouwelijk",
      "vertrouwelijk",
      "niet delen",
      "niet doorsturen",
      "niet versturen",
      "niet naar de cloud",
      "vertel het niemand",
      "tussen ons",
      "alleen lokaal",
    ],
    /[^\n]{6,18}?(?=$|[\s.,:;!?)])/iy,
  ),
  from(
    ["机密", "保密", "绝密", "请在本地", "本地处理", "不要上传", "不要发送", "不要外传", "社外秘", "機密", "외부 유출"],
    /[^\n]{2,4}?(?:文件|处理|上传|发送|外传|资料|文档|信息|情報|秘|유출|内容)?/y,
  ),
];

const CODE_COMMENT =
  /(?:^|\n)\s{0,8}(?:\/\/|\/?\*|#|--|;|=head|@)|private api|B<|=head|\bthis (?:class|function|method|module|interface|package)\b/i;

const CHINESE = [
  from(
    ["我们", "我司", "本公司"],
    /(?:我们|我司|本公司)(?:公司|团队|部门)?的?[^\n，。？]{0,6}?(?:内部|专有|生产|客户|芯片|机密|未发布|未公开|员工|财务|合同|专利|商业|代码|数据|竞争|防火墙|销售|董事会|供应商|支付|服务器|集群|网络|部署|配置|监控|日志|定价|战略|收购|合并|预算|季度|财报|营收|利润|配方|流失|战略|工艺|算法|路线图|投资|薪资|工资|裁员|研发|源码|系统架构|流水线|仓库)/y,
  ),
  from(
    [
      "客户数据",
      "客户资料",
      "客户名单",
      "客户投诉",
      "客户信息",
      "员工数据",
      "员工资料",
      "员工薪资",
      "员工工资",
      "员工档案",
      "公司内部",
      "内部备忘录",
      "内部审计",
      "内部会议",
      "用户记录",
      "患者病历",
      "病历",
      "患者数据",
    ],
    /[^\n]{2,4}/y,
  ),
  from(
    ["上周", "这次", "昨天", "本周"],
    /(?:上周|这次|昨天|本周)[^\n，。？]{0,6}?(?:团队|部门|董事会)[^\n，。？]{0,6}?会议/y,
  ),
].map(unlessChineseQuestion);

/** "什么是客户数据?", "如何管理客户数据": knowledge, unless the text says whose. */
function unlessChineseQuestion(detection: Rule["detections"][number]): Rule["detections"][number] {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      const before = text.slice(Math.max(0, start - 12), start);
      return span !== undefined && text[start] !== "我" && /什么|如何|怎么|为什么|解释|设计|写一/.test(before)
        ? undefined
        : span;
    },
  };
}

function unlessCode(detection: Rule["detections"][number]): Rule["detections"][number] {
  return {
    ...detection,
    find(text, start, end) {
      const span = detection.find(text, start, end);
      return span === undefined || CODE_COMMENT.test(text.slice(Math.max(0, start - 80), start)) ? undefined : span;
    },
  };
}

/** Wishes beyond this many in one text change nothing: the first keeps all of it here. */
const ENOUGH = 100;

function atMostEnough(detections: Rule["detections"]): Rule["detections"] {
  let found = 0;
  return detections.map((detection, index) => ({
    ...detection,
    // One is told of a new text for all of them: a hundred calls for each text would be a tenth of its time.
    ...(index === 0
      ? {
          begin: () => {
            found = 0;
          },
        }
      : {}),
    find(text, start, end) {
      if (found >= ENOUGH) return undefined;
      const span = detection.find(text, start, end);
      if (span !== undefined) found++;
      return span;
    },
  }));
}

const keepLocal = { severity: "high", action: "keep-local" } as const;

/** Nothing to match, and yet it must stay: what people say about how a text is to be treated, or whose it is. */
export const privateIntentRules: readonly Rule[] = [
  {
    id: "PRIVACY_060",
    description: "a wish to keep this text private",
    kind: "PRIVATE",
    ...keepLocal,
    detections: atMostEnough(
      [...DIRECTIVES.map(unlessQuestion), ...secrecyPhrases, ...secrecyDetections].map(unlessCode),
    ),
  },
  {
    id: "PRIVACY_061",
    description: "an internal matter of an organisation",
    kind: "INTERNAL",
    ...keepLocal,
    detections: atMostEnough([...ownDetections, ...CHINESE]),
  },
  {
    id: "PRIVACY_062",
    description: "data about customers, employees or patients",
    kind: "CUSTOMER_DATA",
    ...keepLocal,
    detections: atMostEnough([...customerDetections, ...recordDetections]),
  },
];
