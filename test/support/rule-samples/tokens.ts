import { BASE36, BASE62, BASE64, LOWER, type SampleFamily, type Sampler, UPPER, URL_SAFE } from "./sampler.js";

type Make = (s: Sampler) => string;

/** Tokens that carry their vendor's mark, by the forms that the vendors publish. Joined at run time, so none stands here. */
const MARKED: Readonly<Record<string, Make>> = {
  "AWS key id": (s) => `${s.pick(["AKIA", "ASIA"])}${s.text(16, `${UPPER}234567`)}`,
  "GitHub classic": (s) => `gh${s.pick(["p", "o", "u", "s", "r"])}_${s.token(36)}`,
  "GitHub fine-grained": (s) => `github_pat_${s.token(22)}_${s.token(59)}`,
  GitLab: (s) => `glpat-${s.token(20, URL_SAFE)}`,
  "GitLab runner": (s) => `glrt-${s.token(20, URL_SAFE)}`,
  "Slack bot": (s) => `xoxb-${s.digits(12)}-${s.digits(13)}-${s.token(24)}`,
  "Slack user": (s) => `xoxp-${s.digits(12)}-${s.digits(12)}-${s.digits(12)}-${s.hex(32)}`,
  "Slack app": (s) => `xapp-1-A${s.token(10, UPPER + BASE36.slice(0, 10))}-${s.digits(13)}-${s.hex(64)}`,
  "Slack webhook": (s) => `https://hooks.slack.com/services/T${s.text(8, UPPER)}/B${s.text(8, UPPER)}/${s.token(24)}`,
  Stripe: (s) => `${s.pick(["sk", "rk"])}_${s.pick(["live", "test"])}_${s.token(s.pick([24, 99]))}`,
  "Stripe webhook": (s) => `whsec_${s.token(32)}`,
  "OpenAI classic": (s) => `sk-${s.token(20)}T3BlbkFJ${s.token(20)}`,
  "OpenAI project": (s) => `sk-${s.pick(["proj", "svcacct"])}-${s.token(74, URL_SAFE)}T3BlbkFJ${s.token(74, URL_SAFE)}`,
  Anthropic: (s) => `sk-ant-api03-${s.token(93, URL_SAFE)}AA`,
  OpenRouter: (s) => `sk-or-v1-${s.hex(64)}`,
  DeepSeek: (s) => `sk-${s.hex(32)}`,
  "Google API": (s) => `AIza${s.token(35, URL_SAFE)}`,
  "Google OAuth secret": (s) => `GOCSPX-${s.token(28, URL_SAFE)}`,
  "Google access token": (s) => `ya29.${s.token(120, URL_SAFE)}`,
  npm: (s) => `npm_${s.token(36)}`,
  PyPI: (s) => `pypi-AgEIcHlwaS5vcmc${s.token(120, URL_SAFE)}`,
  "Hugging Face": (s) => `hf_${s.text(34, UPPER + LOWER)}`,
  SendGrid: (s) => `SG.${s.token(22, URL_SAFE)}.${s.token(43, URL_SAFE)}`,
  "Twilio key": (s) => `SK${s.hex(32)}`,
  Mailgun: (s) => `key-${s.hex(32)}`,
  Mailchimp: (s) => `${s.hex(32)}-us${s.between(1, 21)}`,
  Telegram: (s) => `${s.digits(10)}:AA${s.token(33, URL_SAFE)}`,
  Discord: (s) => `${s.pick(["MT", "NT", "OD"])}${s.token(24)}.${s.token(6, URL_SAFE)}.${s.token(38, URL_SAFE)}`,
  DigitalOcean: (s) => `do${s.pick(["p", "o", "r"])}_v1_${s.hex(64)}`,
  Shopify: (s) => `shp${s.pick(["at", "ca", "pa", "ss"])}_${s.hex(32)}`,
  Square: (s) => `sq0atp-${s.token(22, URL_SAFE)}`,
  Databricks: (s) => `dapi${s.hex(32)}`,
  Vault: (s) => `hvs.${s.token(90, URL_SAFE)}`,
  "Terraform Cloud": (s) => `${s.token(14)}.atlasv1.${s.token(67, URL_SAFE)}`,
  Linear: (s) => `lin_api_${s.token(40)}`,
  Notion: (s) => `ntn_${s.token(46)}`,
  Figma: (s) => `figd_${s.token(40, URL_SAFE)}`,
  Sentry: (s) => `sntryu_${s.hex(64)}`,
  Doppler: (s) => `dp.${s.pick(["pt", "st"])}.${s.token(43)}`,
  Airtable: (s) => `pat${s.token(14)}.${s.hex(64)}`,
  Atlassian: (s) => `ATATT3xFfGF0${s.token(170, URL_SAFE)}`,
  Bitbucket: (s) => `ATBB${s.token(32)}`,
  Postman: (s) => `PMAK-${s.hex(24)}-${s.hex(34)}`,
  Pulumi: (s) => `pul-${s.hex(40)}`,
  RubyGems: (s) => `rubygems_${s.hex(48)}`,
  Groq: (s) => `gsk_${s.token(52)}`,
  Replicate: (s) => `r8_${s.token(37)}`,
  Perplexity: (s) => `pplx-${s.token(48)}`,
  xAI: (s) => `xai-${s.token(80)}`,
  Supabase: (s) => `sbp_${s.hex(40)}`,
  Netlify: (s) => `nfp_${s.token(36)}`,
  Tailscale: (s) => `tskey-auth-${s.token(17)}-${s.token(32)}`,
  PlanetScale: (s) => `pscale_tkn_${s.token(43, URL_SAFE)}`,
  "Docker Hub": (s) => `dckr_pat_${s.token(27, URL_SAFE)}`,
  Grafana: (s) => `glsa_${s.token(32)}_${s.hex(8)}`,
  "New Relic": (s) => `NRAK-${s.text(27, UPPER + BASE36.slice(0, 10))}`,
  Asana: (s) => `1/${s.digits(16)}:${s.hex(32)}`,
  Brevo: (s) => `xkeysib-${s.hex(64)}-${s.token(16)}`,
  HubSpot: (s) => `pat-na1-${s.uuid()}`,
  LaunchDarkly: (s) => `sdk-${s.uuid()}`,
  Plaid: (s) => `access-sandbox-${s.uuid()}`,
  Prefect: (s) => `pnu_${s.token(36)}`,
  Resend: (s) => `re_${s.token(8)}_${s.token(24)}`,
  SonarQube: (s) => `${s.pick(["squ", "sqp", "sqa"])}_${s.hex(40)}`,
  Typeform: (s) => `tfp_${s.token(59, URL_SAFE)}`,
  "1Password": (s) => `ops_eyJ${s.token(240)}`,
  Tavily: (s) => `tvly-${s.pick(["", "dev-"])}${s.token(32)}`,
  Pinecone: (s) => `pcsk_${s.token(70, URL_SAFE)}`,
  LangSmith: (s) => `lsv2_pt_${s.hex(32)}_${s.hex(10)}`,
  ElevenLabs: (s) => `sk_${s.hex(48)}`,
  Firebase: (s) => `AAAA${s.token(7, URL_SAFE)}:APA91b${s.token(134, URL_SAFE)}`,
  Mapbox: (s) => `${s.pick(["sk", "pk"])}.eyJ1Ijoi${s.token(60)}.${s.token(22, URL_SAFE)}`,
  Contentful: (s) => `CFPAT-${s.token(43, URL_SAFE)}`,
  Buildkite: (s) => `bkua_${s.hex(40)}`,
  CircleCI: (s) => `CCIPAT_${s.token(22)}_${s.hex(40)}`,
  NuGet: (s) => `oy2${s.text(43, BASE36)}`,
  "crates.io": (s) => `cio${s.token(32)}`,
  Mollie: (s) => `live_${s.token(30)}`,
  Razorpay: (s) => `rzp_live_${s.token(14)}`,
  Braintree: (s) => `access_token$production$${s.text(16, BASE36)}$${s.hex(32)}`,
  Sourcegraph: (s) => `sgp_${s.hex(40)}`,
  JFrog: (s) => `AKCp8${s.token(68)}`,
  Dynatrace: (s) => `dt0c01.${s.text(24, UPPER + BASE36.slice(0, 10))}.${s.text(64, UPPER + BASE36.slice(0, 10))}`,
  Honeycomb: (s) => `hcaik_${s.text(58, BASE36)}`,
  Aiven: (s) => `AVNS_${s.token(19, URL_SAFE)}`,
  Clerk: (s) => `sk_live_${s.token(40)}`,
  Cloudinary: (s) => `cloudinary://${s.digits(15)}:${s.token(27, URL_SAFE)}@mycloud`,
  "Azure client secret": (s) => `${s.token(3)}8Q~${s.token(34, URL_SAFE)}`,
  Okta: (s) => `SSWS 00${s.token(40, URL_SAFE)}`,
  Scaleway: (s) => `SCW${s.text(17, UPPER + BASE36.slice(0, 10))}`,
  Expo: (s) => `expo token ${s.token(40, URL_SAFE)}`,
  Fastly: (s) => `Fastly-Key: ${s.token(32, URL_SAFE)}`,
  age: (s) => `AGE-SECRET-KEY-1${s.text(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")}`,
  "Square production": (s) => `EAAA${s.token(60, URL_SAFE)}`,
  Adafruit: (s) => `aio_${s.token(28)}`,
  "Vercel blob": (s) => `vercel_blob_rw_${s.token(16)}_${s.token(30)}`,
  RunPod: (s) => `rpa_${s.text(40, UPPER + BASE36.slice(0, 10))}`,
  Cerebras: (s) => `csk-${s.text(48, BASE36)}`,
  "Voyage AI": (s) => `pa-${s.token(43, URL_SAFE)}`,
  Nylas: (s) => `nyk_v0_${s.token(64)}`,
  ngrok: (s) => `ngrok authtoken 2${s.token(26)}_${s.token(21)}`,
  Infisical: (s) => `st.${s.uuid()}.${s.hex(32)}.${s.hex(32)}`,
  Neon: (s) => `napi_${s.text(64, BASE36)}`,
  Knock: (s) => `sk_test_${s.token(43, URL_SAFE)}`,
};

const PROSE = [
  "can you check why {t} doesn't work anymore?",
  "I accidentally pushed {t} to a public repo, what should I do now?",
  "Here you go: {t}",
  "is {t} still valid",
  "our intern pasted {t} into the wiki. How bad is that?",
  "{t}",
  "Please use {t} when you call the endpoint, thanks!",
  "The build fails. I set {t} but get 401.",
  "why would the server reject {t}, it worked yesterday",
  "rotate {t} for me and tell me the steps",
  "hey, the new one is {t} (the old one expired)",
  "Ich habe {t} aus Versehen geteilt, was tun?",
  "j'ai trouvé {t} dans les logs, c'est grave ?",
  "mi compañero dejó {t} en el chat",
] as const;

const CODE = [
  'client = Client("{t}")',
  'const client = new Client({ apiKey: "{t}" });',
  "export API_TOKEN={t}",
  "```python\nimport requests\nr = requests.get(url, headers={'Authorization': 'Bearer {t}'})\n```",
  '{\n  "name": "prod",\n  "token": "{t}"\n}',
  "services:\n  app:\n    environment:\n      TOKEN: {t}\n",
  "https://api.service.io/v1/items?access_token={t}&page=2",
  "curl -s https://api.service.io/v1/me -H 'X-Token: {t}'",
  "login --token {t} --quiet",
  '<add key="Token" value="{t}" />',
  "token = '{t}'  # TODO move to env",
  "[2026-03-02 10:11:12] DEBUG using credentials {t}",
  "git remote set-url origin https://x:{t}@git.service.io/a/b.git",
  'let token: &str = "{t}";',
  'os.environ["TOKEN"] = "{t}"',
  "| prod | {t} |",
  "- name: run\n  run: deploy {t}\n",
] as const;

/** Tokens with nothing of their own to know them by: the service's name or a key's stands beside them. */
const NAMED: Readonly<Record<string, Make>> = {
  Datadog: (s) => s.hex(32),
  Heroku: (s) => s.uuid(),
  Cloudflare: (s) => s.token(40, URL_SAFE),
  Algolia: (s) => s.hex(32),
  Mistral: (s) => s.token(32),
  Cohere: (s) => s.token(40),
  Together: (s) => s.hex(64),
  AssemblyAI: (s) => s.hex(32),
  Deepgram: (s) => s.hex(40),
  Etherscan: (s) => s.text(34, UPPER + BASE36.slice(0, 10)),
  Infura: (s) => s.hex(32),
  Binance: (s) => s.token(64),
  Snyk: (s) => s.uuid(),
  Spotify: (s) => s.hex(32),
  Twitch: (s) => s.text(30, BASE36),
  "Weights & Biases": (s) => s.hex(40),
  Zendesk: (s) => s.token(40),
  Trello: (s) => s.hex(32),
  Twilio: (s) => s.hex(32),
  Dropbox: (s) => s.text(15, BASE36),
  AWS: (s) => s.token(40, BASE64),
  Azure: (s) => `${s.text(86, BASE64)}==`,
  PagerDuty: (s) => s.token(20),
  OpenWeather: (s) => s.hex(32),
  Unsplash: (s) => s.token(43, URL_SAFE),
  "Google Maps": (s) => s.token(39, URL_SAFE),
};

const NAMED_TEMPLATES = [
  "{ENV}_API_KEY={t}",
  '{ENV}_SECRET="{t}"',
  "export {ENV}_TOKEN='{t}'",
  "my {name} API key is {t}, can you write a script that uses it?",
  "{name} api key: {t}",
  "const {var}ApiKey = '{t}';",
  '"{var}_secret_key": "{t}",',
  "{var}:\n  api_key: {t}\n",
  "The {name} token {t} was leaked on Slack",
  "I use the secret key {t} for {name}",
  "{var}.auth_token = {t}",
  "-e {ENV}_ACCESS_TOKEN={t}",
  "[{var}]\nsecret_access_key = {t}\n",
  "{ENV}_CLIENT_SECRET: {t}",
] as const;

const name = (s: Sampler): string => s.pick(["staging", "prod", "backup", "mobile", "billing"]);

/** Families of credentials that a machine made. */
export const tokenFamilies: readonly SampleFamily[] = [
  {
    name: "vendor tokens in prose",
    make: (s) => s.pick(PROSE).replace("{t}", () => s.pick(Object.values(MARKED))(s)),
  },
  {
    name: "vendor tokens in code",
    make: (s) => s.pick(CODE).replace("{t}", () => s.pick(Object.values(MARKED))(s)),
  },
  {
    name: "tokens with a name beside them",
    make: (s) => {
      const [vendor, make] = s.pick(Object.entries(NAMED));
      return s
        .pick(NAMED_TEMPLATES)
        .replace("{t}", () => make(s))
        .replaceAll("{name}", vendor)
        .replaceAll("{ENV}", vendor.toUpperCase().replace(/\W+/g, "_"))
        .replaceAll("{var}", vendor.toLowerCase().replace(/\W+/g, "_"));
    },
  },
  {
    name: "passwords in configuration",
    make: (s) =>
      s
        .pick([
          "DB_PASSWORD={t}",
          "spring.datasource.password={t}",
          '"password": "{t}"',
          "password: {t}",
          "mysql -u root -p{t} shop",
          'conn = psycopg2.connect(host="db", user="app", password="{t}")',
          "  - POSTGRES_PASSWORD={t}",
          '$db_pass = "{t}";',
          "<password>{t}</password>",
          "ConnectionString=Server=db01;Database=shop;User Id=sa;Password={t};",
          "curl -u admin:{t} https://intranet.corp/api",
          "sshpass -p {t} ssh root@10.0.0.4",
          'ftp.login("deploy", "{t}")',
          'smtp.password = "{t}"',
          "ansible_become_pass: {t}",
          "requirepass {t}",
          'identified by "{t}"',
          "ALTER USER app WITH PASSWORD '{t}';",
          "net use z: \\\\srv\\share /user:bob {t}",
          "wpa_passphrase={t}",
          "REDIS_URL=redis://:{t}@cache.corp:6379/0",
          "amqp://guest:{t}@mq.corp:5672/",
          "mongodb+srv://{n}:{t}@cluster0.ab1cd.mongodb.net/db",
        ])
        .replace("{n}", () => name(s))
        .replace("{t}", () =>
          s.pick([
            () => s.token(s.between(10, 24)),
            () => `${s.pick(["Winter", "Dragon", "Shadow", "Falcon"])}${s.digits(4)}${s.pick(["!", "#", "$"])}`,
            () => `${s.token(6)}-${s.token(6)}-${s.token(6)}`,
            () => `${s.text(4, LOWER)}${s.digits(3)}${s.text(3, UPPER)}!`,
          ])(),
        ),
  },
  {
    name: "private keys, JWT and HTTP auth",
    make: (s) =>
      s.pick([
        () =>
          `-----BEGIN ${s.pick(["RSA ", "EC ", "OPENSSH ", "", "ENCRYPTED "])}PRIVATE KEY-----\n${Array.from({ length: 6 }, () => s.text(64, BASE64)).join("\n")}\n-----END PRIVATE KEY-----`,
        () =>
          `why is this invalid?\n${["-----BEGIN PGP", "PRIVATE KEY BLOCK-----"].join(" ")}\n\n${s.text(64, BASE64)}\n`,
        () => `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ${s.token(80, URL_SAFE)}.${s.token(43, URL_SAFE)}`,
        () => `GET /me HTTP/1.1\nHost: api.corp\nAuthorization: Bearer ${s.token(40, URL_SAFE)}`,
        () => `Authorization: Basic ${Buffer.from(`${name(s)}:${s.token(14)}`).toString("base64")}`,
        () => `headers = {"X-Api-Key": "${s.token(32)}"}`,
        () => `curl -H "Authorization: token ${s.hex(40)}" https://git.corp/api`,
        () => `Cookie: sessionid=${s.text(32, BASE36)}; theme=dark`,
        () => `Set-Cookie: connect.sid=s%3A${s.token(32, URL_SAFE)}.${s.token(43)}; Path=/; HttpOnly`,
      ])(),
  },
  {
    name: "obfuscated tokens",
    make: (s) => {
      const token = s.pick([MARKED["GitHub classic"]!, MARKED["Stripe"]!, MARKED["npm"]!, MARKED["Google API"]!])(s);
      return s.pick([
        () => `decode this for me: ${Buffer.from(`token=${token}`).toString("base64")}`,
        () => `hex dump ${Buffer.from(token).toString("hex")} please`,
        () => `https://a.b/c?x=${[...token].map((c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0")}`).join("")}`,
        () => `it is ${[...token].join("\u200b")} ok?`,
        () => `${token.slice(0, 12)}\u00ad${token.slice(12, 20)}\u2060${token.slice(20)}`,
        () => `token:\n${token.match(/.{1,16}/g)!.join("\n")}\n`,
        () => [...token].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join(""),
        () => `echo ${Buffer.from(`export KEY=${token}\n`).toString("base64")} | base64 -d`,
        () => `${token.slice(0, 20)}\\\n${token.slice(20)}`,
        () => `> ${token.slice(0, 20)}\n> ${token.slice(20)}`,
        () => `"${token.slice(0, 18)}" + "${token.slice(18)}"`,
      ])();
    },
  },
];

/** Every vendor's form, for a test of each. */
export const vendorTokens: Readonly<Record<string, Make>> = MARKED;

/** A token of any vendor. */
export function anyToken(s: Sampler): string {
  return s.token(s.between(24, 40), s.pick([BASE62, URL_SAFE]));
}
