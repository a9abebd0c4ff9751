import { isAlphanumeric } from "./characters.js";
import { matchAt, type Rule } from "./rule.js";

/** Number, what it is, keywords (lower case, where the token begins), pattern of the whole token. */
type Row = readonly [number: number, name: string, keywords: readonly string[], pattern: RegExp];

/**
 * Tokens that name their vendor. Prefixes and lengths as the vendors publish them and as gitleaks (MIT), secretlint (MIT)
 * and detect-secrets (Apache-2.0) record them; lengths are kept loose at the top, since vendors lengthen their tokens.
 * Every pattern is sticky and bounded.
 */
const ROWS: readonly Row[] = [
  [
    101,
    "an AWS access key id",
    ["akia", "asia", "abia", "acca", "a3t"],
    /(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}/y,
  ],
  [
    102,
    "an Amazon Bedrock key",
    ["absk", "bedrock-api-key-"],
    /(?:ABSK[A-Za-z0-9+/]{100,300}={0,2}|bedrock-api-key-[\w=+/-]{20,2000})/y,
  ],
  [103, "a GitHub token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /gh[pousr]_[A-Za-z0-9]{30,255}/y],
  [104, "a GitHub fine-grained token", ["github_pat_"], /github_pat_\w{40,255}/y],
  [
    105,
    "a GitLab token",
    [
      "glpat-",
      "gldt-",
      "glrt-",
      "glrtr-",
      "glcbt-",
      "glptt-",
      "glft-",
      "glimt-",
      "glagent-",
      "glsoat-",
      "gloas-",
      "glffct-",
      "glwt-",
      "gr1348941",
    ],
    /(?:gl(?:pat|dt|rtr|rt|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-[\w=.-]{15,300}|GR1348941[\w-]{15,60})/iy,
  ],
  [106, "a GitLab session cookie", ["_gitlab_session"], /_gitlab_session=[0-9a-z]{20,64}/y],
  [
    107,
    "a Slack token",
    ["xox", "xapp-"],
    /(?:xox[a-z](?:\.xox[a-z])?-(?:\d-)?[A-Za-z0-9-]{10,400}|xapp-\d-[A-Za-z0-9-]{20,300})/iy,
  ],
  [
    108,
    "a Slack webhook",
    ["hooks.slack.com/"],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/_-]{20,120}/y,
  ],
  [
    109,
    "a Stripe key",
    ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_prod_", "rk_prod_", "whsec_"],
    /(?:[rs]k_(?:live|test|prod)_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{24,100})/y,
  ],
  [
    110,
    "an OpenAI key",
    ["sk-"],
    /sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,250}|[A-Za-z0-9]{18,30}T3BlbkFJ[A-Za-z0-9]{15,60}|[A-Za-z0-9]{40,64})/y,
  ],
  [111, "an Anthropic key", ["sk-ant-"], /sk-ant-(?:[a-z]{2,8}\d{2}-)?[\w-]{24,200}/y],
  [112, "an OpenRouter key", ["sk-or-"], /sk-or-v\d-[0-9a-f]{40,100}/y],
  [113, "a Google API key", ["aiza"], /AIza[\w-]{35,40}/y],
  [114, "a Google OAuth secret or token", ["gocspx-", "ya29."], /(?:GOCSPX-[\w-]{20,50}|ya29\.[\w-]{30,1000})/y],
  [115, "an npm token", ["npm_"], /npm_[A-Za-z0-9]{30,80}/y],
  [116, "a PyPI token", ["pypi-age"], /pypi-Age[\w-]{40,1000}/y],
  [117, "a SendGrid key", ["sg."], /SG\.[\w=-]{16,40}\.?[\w=.-]{30,80}/y],
  [118, "a Twilio key", ["sk", "ac"], /(?:SK|AC)[0-9a-f]{32}/y],
  [
    119,
    "a Hugging Face token",
    ["hf_", "api_org_"],
    /(?:hf_[A-Za-z]{30,50}|hf_[A-Za-z0-9]{30,50}|api_org_[A-Za-z0-9]{30,50})/y,
  ],
  [120, "a DigitalOcean token", ["dop_v1_", "doo_v1_", "dor_v1_"], /do[por]_v1_[0-9a-f]{50,80}/y],
  [121, "an Azure client secret", ["q~"], /[\w.~-]{0,3}Q~[\w.~-]{31,36}/y],
  [
    122,
    "an Azure storage or service key",
    ["accountkey=", "sharedaccesskey=", "sharedaccesssignature=", "&sig=", "?sig="],
    /(?:AccountKey=|SharedAccessKey=|SharedAccessSignature=|[&?]sig=)([A-Za-z0-9+/%=_-]{30,200})/iy,
  ],
  [123, "a Telegram bot token", [":aa"], /:AA[\w-]{32,36}/iy],
  [
    124,
    "a Shopify token",
    ["shpat_", "shpca_", "shppa_", "shpss_", "shptka_"],
    /shp(?:at|ca|pa|ss|tka)_[0-9a-f]{30,64}/iy,
  ],
  [
    125,
    "a Square token",
    ["sq0atp-", "sq0csp-", "sq0idp-", "eaaa"],
    /(?:sq0(?:atp|csp|idp)-[\w-]{20,80}|EAAA[\w-]{56,70})/y,
  ],
  [126, "a Mailgun key", ["key-", "pubkey-"], /(?:pub)?key-[0-9a-f]{32}/y],
  [127, "a Databricks token", ["dapi"], /dapi[0-9a-f]{32}(?:-\d)?/y],
  [128, "a HashiCorp Vault token", ["hvs.", "hvb.", "hvr."], /hv[sbr]\.[\w-]{24,400}/y],
  [129, "a Terraform Cloud token", [".atlasv1."], /\.atlasv1\.[\w=-]{50,90}/iy],
  [130, "a Linear key", ["lin_api_", "lin_oauth_"], /lin_(?:api|oauth)_[A-Za-z0-9]{30,80}/y],
  [131, "a Notion token", ["ntn_", "secret_"], /(?:ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43})/y],
  [132, "a Figma token", ["figd_", "figu_", "figo_"], /fig[duo]_[\w-]{35,60}/y],
  [133, "a Sentry token", ["sntrys_", "sntryu_"], /sntry[su]_[A-Za-z0-9+/=_-]{40,400}/y],
  [
    134,
    "a Doppler token",
    ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."],
    /dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,100}/y,
  ],
  [135, "an Airtable token", ["pat"], /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/y],
  [136, "an Alibaba Cloud key id", ["ltai"], /LTAI[A-Za-z0-9]{12,30}/y],
  [
    137,
    "an Artifactory or JFrog key",
    ["akcp", "ap", "cmvmd"],
    /(?:AKCp[A-Za-z0-9]{40,90}|AP\d[A-Za-z0-9]{8,60}|AP[A-F](?=[A-Za-z]{0,12}\d)[A-Za-z0-9]{30,70}|cmVmd[A-Za-z0-9]{50,70})/y,
  ],
  [
    138,
    "an Authress key",
    ["sc_", "ext_", "scauth_", "authress_"],
    /(?:sc|ext|scauth|authress)_[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}/iy,
  ],
  [139, "a ClickHouse Cloud key", ["4b1d"], /4b1d[A-Za-z0-9]{38}/y],
  [140, "a Clojars token", ["clojars_"], /CLOJARS_[0-9a-z]{60}/iy],
  [141, "a Cloudflare origin key", ["v1.0-"], /v1\.0-[0-9a-f]{24}-[0-9a-f]{146}/y],
  [142, "a Discord token", ["mt", "nt", "od", "nj", "nz", "ot"], /[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}/y],
  [
    143,
    "a Discord webhook",
    ["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"],
    /discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/[\w-]{50,90}/y,
  ],
  [144, "a Duffel token", ["duffel_"], /duffel_(?:test|live)_[\w=-]{40,50}/y],
  [145, "a Dynatrace token", ["dt0c01.", "dt0s01."], /dt0[cs]01\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{60,70}/iy],
  [146, "an EasyPost key", ["ezak", "eztk"], /EZ[AT]K[A-Za-z0-9]{50,60}/y],
  [147, "a Facebook token", ["eaam", "eaac", "eaab", "eaag"], /EAA[MCBG][A-Za-z0-9]{80,300}/y],
  [148, "a Flutterwave key", ["flwpubk", "flwseck"], /FLW(?:PUBK|SECK)(?:_TEST)?-[0-9a-h]{12,40}(?:-X)?/iy],
  [
    149,
    "a Fly.io token",
    ["fo1_", "fm1r_", "fm1a_", "fm2_"],
    /(?:fo1_[\w-]{43}|fm1[ar]_[A-Za-z0-9+/]{80,400}={0,3}|fm2_[A-Za-z0-9+/]{80,400}={0,3})/y,
  ],
  [150, "a Frame.io token", ["fio-u-"], /fio-u-[\w=-]{60,70}/iy],
  [151, "a GoCardless token", ["live_"], /live_[\w=-]{40}/iy],
  [
    152,
    "a Grafana token",
    ["glc_", "glsa_", "eyjrijoi"],
    /(?:glc_[A-Za-z0-9+/]{24,400}={0,3}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|eyJrIjoi[A-Za-z0-9]{50,400}={0,3})/iy,
  ],
  [153, "a Harness key", ["pat.", "sat."], /[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}/iy],
  [154, "a Heroku key", ["hrku-"], /HRKU-[\w-]{36,64}/y],
  [155, "an Infracost key", ["ico-"], /ico-[A-Za-z0-9]{32}/y],
  [156, "a 42 client secret", ["s-s4t2"], /s-s4t2(?:ud|af)-[0-9a-f]{64}/iy],
  [157, "a Lob key", ["live_pub_", "test_pub_", "test_", "live_"], /(?:live|test)_(?:pub_[0-9a-f]{31}|[0-9a-f]{35})/y],
  [158, "a MaxMind key", ["_mmk"], /_mmk(?![A-Za-z0-9])/y],
  [159, "a Mapbox token", ["pk.", "sk.", "tk."], /[pst]k\.[A-Za-z0-9]{60,100}\.[\w-]{20,24}/y],
  [160, "a New Relic key", ["nrak-", "nrjs-", "nrii-", "nraa-"], /NR(?:AK|JS|II|AA)-[A-Za-z0-9-]{16,40}/iy],
  [161, "an Octopus Deploy key", ["api-"], /API-[A-Z0-9]{26}/y],
  [162, "an OpenShift token", ["sha256~"], /sha256~[\w-]{43}/y],
  [163, "a Perplexity key", ["pplx-"], /pplx-[A-Za-z0-9]{40,60}/y],
  [
    164,
    "a Plaid token",
    ["access-sandbox-", "access-production-", "access-development-"],
    /access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{23,27}/iy,
  ],
  [165, "a PlanetScale token", ["pscale_"], /pscale_(?:tkn|oauth|pw)_[\w=.-]{30,64}/iy],
  [166, "a Postman key", ["pmak-"], /PMAK-[0-9a-f]{24}-[0-9a-f]{34}/iy],
  [167, "a Prefect key", ["pnu_", "pnb_"], /pn[ub]_[A-Za-z0-9]{36}/y],
  [168, "a Pulumi token", ["pul-"], /pul-[0-9a-f]{40}/y],
  [169, "a ReadMe key", ["rdme_"], /rdme_[a-z0-9]{70}/y],
  [170, "a RubyGems key", ["rubygems_"], /rubygems_[0-9a-f]{48}/y],
  [171, "a Scalingo token", ["tk-us-"], /tk-us-[\w-]{48}/y],
  [172, "a Brevo key", ["xkeysib-", "xsmtpsib-"], /x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}/iy],
  [173, "a SettleMint token", ["sm_pat_", "sm_aat_", "sm_sat_"], /sm_[pas]at_[A-Za-z0-9]{16}/y],
  [174, "a Shippo token", ["shippo_"], /shippo_(?:live|test)_[0-9a-f]{40}/iy],
  [175, "a Sourcegraph token", ["sgp_"], /sgp_(?:(?:[0-9a-f]{16}|local|[A-Za-z0-9]{16})_)?[0-9a-f]{40}/iy],
  [177, "a Tailscale key", ["tskey-"], /tskey-[a-z]{3,12}-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{16,40}/y],
  [178, "a Typeform token", ["tfp_"], /tfp_[\w=.-]{50,64}/iy],
  [
    179,
    "a Yandex Cloud key",
    ["aqvn", "ycc", "t1."],
    /(?:AQVN[\w-]{35,38}|YCc[\w-]{38}|t1\.[A-Z0-9a-z_=.-]{1,60}\.?[\w-]{60,110}={0,2})/y,
  ],
  [180, "a Twitter bearer token", ["aaaaaaaaaaaaaaaaaaaaaa"], /A{22}[A-Za-z0-9%]{60,120}/y],
  [181, "a Facebook app token", ["|"], /\|[\w-]{27}/y],
  [
    182,
    "a 1Password service token or secret key",
    ["ops_ey", "a3-"],
    /(?:ops_ey[A-Za-z0-9+/=_-]{100,2500}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5})/y,
  ],
  [183, "an age secret key", ["age-secret-key-1"], /AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{50,60}/iy],
  [184, "an Adobe client secret", ["p8e-"], /p8e-[a-z0-9]{32}/iy],
  [185, "an Atlassian token", ["atatt3", "atctt3"], /AT[AC]TT3[\w=-]{100,250}/y],
  [186, "an Asana token", ["1/", "0/"], /[01]\/\d{13,18}(?:\/\d{13,18})?:[0-9a-f]{32}/y],
  [187, "a Contentful token", ["cfpat-"], /CFPAT-[\w-]{40,50}/y],
  [188, "a Docker Hub token", ["dckr_pat_", "dckr_oat_"], /dckr_[po]at_[\w-]{24,60}/y],
  [189, "a Dropbox token", ["sl."], /sl\.(?:u\.)?[\w-]{120,1500}/y],
  [190, "a Groq key", ["gsk_"], /gsk_[A-Za-z0-9]{40,64}/y],
  [191, "a Replicate token", ["r8_"], /r8_[A-Za-z0-9]{37,42}/y],
  [192, "an xAI key", ["xai-"], /xai-[A-Za-z0-9]{70,90}/y],
  [193, "a Cerebras or Fireworks key", ["csk-", "fw_"], /(?:csk-[a-z0-9]{48}|fw_[A-Za-z0-9]{22,30})/y],
  [194, "a LangSmith key", ["lsv2_"], /lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}/y],
  [
    195,
    "a LaunchDarkly key",
    ["api-", "sdk-", "mob-"],
    /(?:api|sdk|mob)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/y,
  ],
  [196, "a Netlify token", ["nfp_", "nfc_"], /nf[pc]_[A-Za-z0-9]{36,44}/y],
  [197, "an NVIDIA key", ["nvapi-"], /nvapi-[\w-]{60,70}/y],
  [198, "a PostHog key", ["phc_", "phx_"], /ph[cx]_[A-Za-z0-9]{40,50}/y],
  [199, "a Resend key", ["re_"], /re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}/y],
  [200, "a Supabase key", ["sbp_", "sb_secret_"], /(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{24,60})/y],
  [
    201,
    "a Vercel token",
    ["vcp_", "vck_", "vci_", "vercel_blob_rw_"],
    /(?:vc[pki]_[A-Za-z0-9]{24,60}|vercel_blob_rw_[\w]{24,80})/y,
  ],
  [202, "a WooCommerce or Zuplo key", ["ck_", "cs_", "zpka_"], /(?:c[ks]_[0-9a-f]{40}|zpka_[a-z0-9]{30,60})/y],
  [203, "a DeepL key", [":fx"], /:fx(?![A-Za-z0-9])/y],
  [
    204,
    "a Microsoft Teams webhook",
    [".webhook.office.com/"],
    /\.webhook\.office\.com\/webhookb2\/[\w@-]{20,120}\/IncomingWebhook\/[\w/-]{20,120}/iy,
  ],
  [205, "a Freemius key", ["sk_"], /sk_[\w#?@!$%^&*-]{20,29}["'`]/y],
  [206, "an Intercom or Beamer token", ["b_"], /b_[\w=-]{44}(?![\w=-])/y],
  [207, "a Cohere, Adafruit or Vercel AI key", ["aio_", "co_api_"], /aio_[A-Za-z0-9]{28}/y],
  [
    208,
    "a Kubernetes or Rancher token",
    ["kubeconfig-", "token-"],
    /(?:kubeconfig-u-[a-z0-9]{5,20}|token-[a-z0-9]{5}):[a-z0-9]{54}/y,
  ],
  [209, "a Zapier webhook", ["hooks.zapier.com/"], /hooks\.zapier\.com\/hooks\/catch\/\d{4,10}\/[A-Za-z0-9]{5,30}/y],
  [210, "an Okta token", ["00"], /00[A-Za-z][\w=-]{39}(?![\w=-])/y],
  [211, "a Mailchimp key", ["-us"], /-us\d{1,2}(?![A-Za-z0-9])/y],
  [212, "a Weights & Biases or Pinecone key", ["pcsk_", "wandb_v1_"], /(?:pcsk_[\w]{50,90}|wandb_v1_[\w]{40,100})/y],
];

/** Tokens whose vendor mark is not at their beginning: how many characters before the keyword belong to them. */
const LEADING: Readonly<Record<number, RegExp>> = {
  123: /(?<![A-Za-z0-9])\d{4,16}$/,
  121: /[\w~.-]{0,3}$/,
  129: /[A-Za-z0-9]{14}$/,
  158: /(?<![A-Za-z0-9])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}$/,
  181: /(?<![A-Za-z0-9])\d{15,16}$/,
  203: /(?<![A-Za-z0-9])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  204: /(?<![A-Za-z0-9])[A-Za-z0-9-]{2,40}$/,
  211: /(?<![A-Za-z0-9])[0-9a-f]{32}$/,
};

/** One rule for each vendor, `PRIVACY_101` onwards. */
export const vendorTokenRules: readonly Rule[] = ROWS.map(([number, description, keywords, pattern]) => {
  const leading = LEADING[number];
  return {
    id: `PRIVACY_${number}`,
    description,
    severity: "critical",
    action: "keep-local",
    kind: "SECRET",
    detections: [
      {
        on: "keyword",
        keywords,
        find(text, at) {
          let start = at;
          if (leading !== undefined) {
            const before = leading.exec(text.slice(Math.max(0, at - 64), at));
            if (before === null) return undefined;
            start = at - before[0].length;
          } else if (isAlphanumeric(text.charCodeAt(at - 1))) return undefined;
          const match = matchAt(pattern, text, at);
          if (match === undefined) return undefined;
          const end = at + match[0].length;
          if (isAlphanumeric(text.charCodeAt(end)) || isMask(match[0])) return undefined;
          return { start, end };
        },
      },
    ],
  };
});

/** Whether a token only shows a form: `ghp_xxxxxxxxxxxx`, `sk-ant-api03-********`. */
function isMask(token: string): boolean {
  return /[xX*.•]{8,}[xX*.•-]*$/.test(token);
}
