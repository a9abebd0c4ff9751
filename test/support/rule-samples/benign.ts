import { BASE36, BASE64, type SampleFamily, type Sampler } from "./sampler.js";

const lines = (count: number, make: () => string): string => Array.from({ length: count }, make).join("\n");
const PACKAGES = [
  "react",
  "lodash",
  "@types/node",
  "vite",
  "left-pad",
  "esbuild",
  "chalk",
  "zod",
  "fast-glob",
  "undici",
];
const version = (s: Sampler): string => `${s.below(20)}.${s.below(30)}.${s.below(40)}`;
const two = (n: number): string => String(n).padStart(2, "0");
const day = (s: Sampler): string => `20${s.between(18, 26)}-${two(s.between(1, 12))}-${two(s.between(1, 28))}`;
const time = (s: Sampler): string => `${two(s.below(24))}:${two(s.below(60))}:${two(s.below(60))}`;

function checkedDigits(body: string, weights: readonly number[]): string {
  let sum = 0;
  for (const [index, digit] of [...body].entries()) sum += Number(digit) * weights[index % weights.length]!;
  return body + String((10 - (sum % 10)) % 10);
}

/** Families of machine-made text that resembles secrets or personal numbers. */
export const lookalikeFamilies: readonly SampleFamily[] = [
  {
    name: "package-lock",
    make: (s) =>
      lines(s.between(1, 4), () => {
        const name = s.pick(PACKAGES);
        return `    "node_modules/${name}": {\n      "version": "${version(s)}",\n      "resolved": "https://registry.npmjs.org/${name}/-/${name}-${version(s)}.tgz",\n      "integrity": "sha512-${s.text(86, BASE64)}==",\n      "license": "MIT"\n    },`;
      }),
  },
  {
    name: "other lock files",
    make: (s) =>
      s.pick([
        () =>
          lines(
            4,
            () =>
              `${s.pick(PACKAGES)}@^${version(s)}:\n  version "${version(s)}"\n  resolved "https://registry.yarnpkg.com/x/-/x-${version(s)}.tgz#${s.hex(40)}"\n  integrity sha512-${s.text(86, BASE64)}==\n`,
          ),
        () =>
          lines(4, () => `github.com/acme/${s.pick(["mux", "yaml", "zap"])} v${version(s)} h1:${s.text(43, BASE64)}=`),
        () =>
          lines(
            4,
            () =>
              `[[package]]\nname = "${s.pick(["serde", "tokio", "rand"])}"\nversion = "${version(s)}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${s.hex(64)}"\n`,
          ),
        () => lines(4, () => `    {file = "requests-${version(s)}-py3-none-any.whl", hash = "sha256:${s.hex(64)}"},`),
        () =>
          lines(3, () => `flask==${version(s)} \\\n    --hash=sha256:${s.hex(64)} \\\n    --hash=sha256:${s.hex(64)}`),
        () => `        "reference": "${s.hex(40)}",\n        "shasum": ""`,
        () => `  /${s.pick(PACKAGES)}/${version(s)}:\n    resolution: {integrity: sha512-${s.text(86, BASE64)}==}`,
      ])(),
  },
  {
    name: "git output",
    make: (s) =>
      s.pick([
        () =>
          lines(
            3,
            () =>
              `commit ${s.hex(40)}\nAuthor: Dev <dev@users.noreply.github.com>\nDate:   Mon Mar 4 ${time(s)} 20${s.between(20, 26)} +0100\n\n    ${s.pick(["Fix typo", "Bump version", "Add tests"])}\n`,
          ),
        () => lines(6, () => `${s.hex(7)} ${s.pick(["fix: null check", "docs: readme", "refactor parser"])}`),
        () =>
          `diff --git a/x.ts b/x.ts\nindex ${s.hex(7)}..${s.hex(7)} 100644\n--- a/x.ts\n+++ b/x.ts\n@@ -${s.below(90)},7 +${s.below(90)},9 @@`,
        () => `Merge ${s.hex(40)} into ${s.hex(40)}`,
        () => `git cherry-pick ${s.hex(12)}`,
        () => `* ${s.hex(9)} (HEAD -> main, origin/main) wip\n* ${s.hex(9)} start`,
        () => `error: pathspec '${s.hex(10)}' did not match any file(s) known to git`,
      ])(),
  },
  {
    name: "CI logs",
    make: (s) =>
      lines(4, () =>
        s.pick([
          `${day(s)}T${time(s)}.${s.digits(7)}Z ##[group]Run actions/checkout@${s.hex(40)}`,
          `${day(s)}T${time(s)}.${s.digits(7)}Z Cache restored from key: Linux-node-${s.hex(64)}`,
          `Step ${s.below(20)}/22 : RUN npm ci ---> Using cache ---> ${s.hex(12)}`,
          `Digest: sha256:${s.hex(64)}`,
          `Successfully built ${s.hex(12)}`,
          ` => => extracting sha256:${s.hex(64)}  ${s.below(9)}.${s.below(9)}s`,
          `Run ID: ${s.digits(11)}  attempt ${s.below(4)}`,
          `[INFO] Total time:  0${s.below(9)}:${two(s.below(60))} min`,
          `      token: ***`,
          `  env:\n    GITHUB_TOKEN: \${{ secrets.GITHUB_TOKEN }}`,
          `##[add-mask]***`,
          `npm notice shasum: ${s.hex(40)}`,
          `coverage: ${s.below(100)}.${s.digits(2)}% of statements  (${s.digits(4)}/${s.digits(5)})`,
          `Uploading artifact build-${s.digits(6)} (${s.digits(7)} bytes)`,
          `PASS src/app.test.ts (${s.below(90)}.${s.digits(3)} s)`,
          `trace_id=${s.hex(32)} span_id=${s.hex(16)} parent=${s.hex(16)}`,
        ]),
      ),
  },
  {
    name: "server logs",
    make: (s) =>
      lines(4, () =>
        s.pick([
          `127.0.0.1 - - [${two(s.between(1, 28))}/Mar/2026:${time(s)} +0000] "GET /static/app.${s.hex(8)}.js HTTP/1.1" 200 ${s.digits(5)}`,
          `${day(s)} ${time(s)},${s.digits(3)} INFO  [worker-${s.below(9)}] job ${s.uuid()} finished in ${s.digits(4)} ms`,
          `kernel: [${s.digits(5)}.${s.digits(6)}] usb 1-${s.below(9)}: new high-speed USB device number ${s.below(40)}`,
          `at Object.<anonymous> (/srv/app/node_modules/x/index.js:${s.digits(3)}:${s.digits(2)})`,
          `goroutine ${s.digits(3)} [running]: main.go:${s.digits(3)} +0x${s.hex(3)}`,
          `10.0.${s.below(255)}.${s.below(255)} -> 192.168.${s.below(255)}.${s.below(255)} TCP 443`,
          `level=info ts=${day(s)}T${time(s)}Z caller=main.go:${s.digits(2)} msg="listening" addr=:8080`,
          `0x${s.hex(16)}: mov rax, [rbp-0x${s.hex(2)}]`,
        ]),
      ),
  },
  {
    name: "base64 media",
    make: (s) =>
      s.pick([
        () => `<img src="data:image/png;base64,iVBORw0KGgo${s.text(s.between(200, 900), BASE64)}=" />`,
        () => `background:url(data:image/svg+xml;base64,PHN2Zy${s.text(300, BASE64)})`,
        () => `@font-face{src:url(data:font/woff2;base64,d09GMg${s.text(500, BASE64)})}`,
        () => `data:application/octet-stream;base64,${s.text(400, BASE64)}`,
        () => `Content-Transfer-Encoding: base64\n\n${lines(8, () => s.text(76, BASE64))}`,
        () => `-----BEGIN CERTIFICATE-----\n${lines(10, () => s.text(64, BASE64))}\n-----END CERTIFICATE-----`,
        () => `-----BEGIN PUBLIC KEY-----\n${lines(4, () => s.text(64, BASE64))}\n-----END PUBLIC KEY-----`,
        () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${s.text(44, BASE64)} me@laptop`,
        () => `-----BEGIN PGP SIGNATURE-----\n\n${lines(5, () => s.text(64, BASE64))}\n-----END PGP SIGNATURE-----`,
      ])(),
  },
  {
    name: "minified code",
    make: (s) => {
      const v = (): string => s.text(1, "abcdefghijklmnopqrstuvwxyz") + s.pick(["", String(s.below(10))]);
      return s.pick([
        () =>
          `!function(${v()},${v()}){"use strict";var ${v()}=${v()}(${s.digits(3)}),${v()}=Object.prototype.hasOwnProperty;${lines(6, () => `function ${v()}(${v()}){return ${v()}.${v()}(${v()},${s.digits(2)})}`).replaceAll("\n", "")}}(window,document);`,
        () =>
          `.css-${s.text(7, BASE36)}{margin:0 ${s.below(20)}px;color:#${s.hex(6)}}.css-${s.text(7, BASE36)}:hover{background:rgba(${s.below(255)},${s.below(255)},${s.below(255)},.${s.below(9)})}`,
        () =>
          `<path d="M${s.below(99)}.${s.digits(2)} ${s.below(99)}.${s.digits(2)}c${s.below(9)}.${s.digits(2)}-${s.below(9)}.${s.digits(2)} ${s.below(9)}.${s.digits(3)}l${s.digits(2)} ${s.digits(2)}z" fill="#${s.hex(6)}"/>`,
        () =>
          `//# sourceMappingURL=app.${s.hex(8)}.js.map\n"mappings":"${lines(1, () => s.text(240, "ACEGIKMOQSUWYacegikmoqsuwy,;"))}"`,
        () => `chunk-${s.text(8, BASE36)}.js  main-${s.text(8, BASE36)}.css  index.${s.hex(20)}.js`,
        () => `<div class="_${s.text(5, BASE36)} _${s.text(6, BASE36)}_${s.digits(2)}" data-v-${s.hex(8)}>`,
      ])();
    },
  },
  {
    name: "hashes and identifiers",
    make: (s) =>
      s.pick([
        () => `md5sum: ${s.hex(32)}  disk.iso`,
        () => `SHA256 (archive.tar.gz) = ${s.hex(64)}`,
        () => `What does the hash ${s.hex(64)} mean?`,
        () => `id: ${s.uuid()}`,
        () => `${s.uuid()}\n${s.uuid()}\n${s.uuid()}`,
        () => `request id ${s.uuid()} failed with 502`,
        () => `{"_id": {"$oid": "${s.hex(24)}"}, "n": ${s.digits(3)}}`,
        () => `arn:aws:lambda:eu-west-1:123456789012:function:resize:${s.digits(2)}`,
        () => `ETag: "${s.hex(32)}-${s.digits(2)}"`,
        () => `image: ghcr.io/acme/app@sha256:${s.hex(64)}`,
        () => `ipfs://Qm${s.text(44, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}`,
        () => `0x${s.hex(40)} sent 0.5 ETH in 0x${s.hex(64)}`,
        () => `is ${s.hex(32)} an md5 or a uuid without dashes?`,
        () => `ulid 01H${s.text(23, "0123456789ABCDEFGHJKMNPQRSTVWXYZ")}`,
        () =>
          `https://youtu.be/${s.text(11, BASE36)} and https://docs.google.com/document/d/1${s.text(43, BASE36)}/edit`,
        () => `snowflake ${s.digits(18)}`,
        () => `nonce=${s.text(16, BASE36)}; script-src 'sha256-${s.text(43, BASE64)}='`,
        () => `machine-id ${s.hex(32)}, boot ${s.hex(32)}`,
        () => `BSSID 00:00:00:00:00:00 channel ${s.below(12)}`,
      ])(),
  },
  {
    name: "placeholders",
    make: (s) =>
      s.pick([
        "API_KEY=your-api-key-here",
        "password: ********",
        "export OPENAI_API_KEY=<your key>",
        "DB_PASSWORD=changeme",
        'token: "${TOKEN}"',
        "Authorization: Bearer YOUR_ACCESS_TOKEN",
        "mysql -u root -p mydb",
        "postgres://user:password@localhost:5432/db",
        "password = os.environ['DB_PASSWORD']",
        "const password = prompt('Password:')",
        "secret: {{ .Values.secret }}",
        "AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        'api_key = getpass.getpass("API key: ")',
        "client_secret=process.env.CLIENT_SECRET",
        "if (password.length < 8) throw new Error('too short')",
        '<input type="password" name="pwd" autocomplete="current-password">',
        "sk-...your key...",
        "set PASSWORD=%PASSWORD%",
        "passwordHash: await bcrypt.hash(password, 10)",
        "const tokenCount = tokens.length",
        "var keyCode = event.keyCode || event.which",
        "secretName: db-credentials",
        "valueFrom:\n  secretKeyRef:\n    name: db\n    key: password",
        '@Value("${spring.datasource.password}")',
        "user.password_digest != nil",
        "password: z.string().min(12).max(128)",
        "token = request.headers.get('Authorization', '').removeprefix('Bearer ')",
        "-- password VARCHAR(255) NOT NULL,",
        "def login(username, password):",
        "export type Token = { kind: 'access' | 'refresh'; expiresIn: number }",
      ]),
  },
  {
    name: "numbers",
    make: (s) =>
      s.pick([
        () =>
          `Invoice ${s.digits(6)}: ${lines(4, () => `${s.below(20)} x ${s.digits(2)}.${s.digits(2)} = ${s.digits(4)}.${s.digits(2)}`)}`,
        () => `sum of ${Array.from({ length: 8 }, () => s.digits(s.between(3, 9))).join(", ")}`,
        () => `lat ${s.below(90)}.${s.digits(6)}, lon -${s.below(180)}.${s.digits(6)}`,
        () => `ISBN 978-3-${s.digits(3)}-${s.digits(5)}-${s.below(10)}`,
        () => `EAN ${checkedDigits(`4${s.digits(11)}`, [1, 3])}`,
        () => `barcode ${checkedDigits(s.digits(12), [1, 3])}`,
        () => `${s.digits(10)} seconds since epoch, ${s.digits(13)} ms`,
        () => `pi is 3.${s.digits(40)}`,
        () => `${s.digits(3)},${s.digits(3)},${s.digits(3)} people in 20${s.between(10, 26)}`,
        () => `1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 4. Ba4 Nf6 5. O-O Be7 ${s.between(6, 40)}. Re1 b5`,
        () => `r1bqkb1r/pppp1ppp/2n2n2/4p3/2B1P3/5N2/PPPP1PPP/RNBQK2R w KQkq - ${s.below(9)} ${s.below(40)}`,
        () => `[${Array.from({ length: 12 }, () => `${s.below(99)}.${s.digits(3)}`).join(", ")}]`,
        () => lines(5, () => Array.from({ length: 6 }, () => s.digits(4)).join("\t")),
        () => `order #${s.digits(8)}, tracking 1Z${s.text(16, "0123456789ABCDEFGH")}`,
        () => `${version(s)} -> ${version(s)}, Chrome/${s.between(80, 130)}.0.${s.digits(4)}.${s.digits(2)}`,
        () => `What is ${s.digits(4)} * ${s.digits(5)} - ${s.digits(3)}?`,
        () => `binary ${s.text(32, "01")}`,
        () => `model number SM-G${s.digits(3)}F, part ${s.digits(4)}-${s.digits(4)}-${s.digits(2)}`,
        () => `from ${day(s)} to ${day(s)} at ${time(s)}`,
        () => `RFC ${s.digits(4)}, ISO ${s.digits(5)}-1:20${s.digits(2)}, DOI 10.${s.digits(4)}/${s.digits(7)}`,
        () => `GTIN ${s.digits(14)} lot ${s.digits(6)} weight ${s.digits(3)}.${s.digits(2)} kg`,
        () =>
          `scores ${s.below(9)}-${s.below(9)}, ${s.below(99)}-${s.below(99)}, ${s.digits(3)}-${s.digits(3)}-${s.digits(4).slice(0, 2)}`,
        () => `phone resolution 1080 x 2400, ${s.digits(3)} ppi, ${s.digits(4)} mAh`,
        () => `flight LH ${s.digits(3)} at ${time(s).slice(0, 5)}, gate B${s.below(60)}, seat ${s.below(40)}C`,
        () => `case C-${s.digits(3)}/${s.digits(2)}, § ${s.digits(3)} Abs. ${s.below(9)} BGB`,
        () => `Psalm ${s.below(150)}:${s.below(30)}-${s.below(40)}; Genesis 1:1`,
        () => `sudoku ${s.digits(81)}`,
        () => `${s.below(200)} + ${s.below(200)} (0 ${s.digits(2)} ${s.digits(2)} ${s.digits(2)})`,
        () => `2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 ${s.digits(2)} ${s.digits(2)} ${s.digits(3)}`,
        () => `CAS ${s.digits(5)}-${s.digits(2)}-${s.below(10)}, HS code ${s.digits(4)}.${s.digits(2)}.${s.digits(2)}`,
      ])(),
  },
  {
    name: "documentation of formats",
    make: (s) =>
      s.pick([
        "A GitHub token begins with ghp_ and has 36 more characters.",
        "An IBAN has up to 34 characters; the German one has 22.",
        "AWS access keys start with AKIA; secret keys have 40 characters.",
        "JWTs have three parts separated by dots: header.payload.signature",
        "A US SSN looks like XXX-XX-XXXX, where X is a digit.",
        "Visa cards start with 4 and have 16 digits.",
        "Use a regex like ^\\d{3}-\\d{2}-\\d{4}$ to match it.",
        "The format is +49 followed by the area code without the leading zero.",
        'ssh-keygen -t ed25519 -C "you@example.com"',
        "gpg --export-secret-keys --armor > backup.asc",
        "openssl rand -hex 32",
        "OAuth 2.0 bearer tokens are described in RFC 6750",
        "regex for e-mail: ^[\\w.+-]+@[\\w-]+\\.[a-z]{2,}$",
        "Write a function that checks the Luhn digit of a card number.",
        "BIP-39 phrases have 12 or 24 words from a list of 2048 words.",
        "HTTP Basic auth sends base64 of user:password",
        "Set the PIN length to 6 digits in settings",
        "TOTP codes have six digits and change every 30 seconds",
      ]),
  },
];

/** Families of ordinary prompts, many of which name what the rules look for without giving any. */
export const promptFamilies: readonly SampleFamily[] = [
  {
    name: "questions about security",
    make: (s) =>
      s.pick([
        "How do I choose a strong password?",
        "What is the difference between a password and a passphrase?",
        "Why should I not reuse passwords on several sites?",
        "How long does it take to crack an 8 character password?",
        "Explain how password hashing with salt works",
        "What is a good password manager for families in 2026?",
        "How can I reset my Windows password?",
        "Is a 6 digit PIN safer than a pattern?",
        "what's a PIN code and what is it used for",
        "I forgot my password, how do I get back into my account?",
        "How do one-time passwords work?",
        "What is two-factor authentication and do I need it?",
        "How do seed phrases work in crypto wallets?",
        "Should I store my recovery codes on paper?",
        "How do API keys differ from OAuth tokens?",
        "write a bash script that generates a random password of 20 characters",
        "How do I rotate an AWS access key?",
        "What does the error 'invalid password' mean in MySQL 8?",
        "how to change wifi password on a fritzbox 7590",
        "What are the most common passwords of 2024?",
        "Is 12345 really the most common password?",
        "Why was my card declined although the PIN was right?",
        "How do hackers steal passwords?",
        "Wie erstelle ich ein sicheres Passwort?",
        "Wie ändere ich die PIN meiner SIM-Karte?",
        "Passwort vergessen, was tun?",
        "Comment choisir un bon mot de passe ?",
        "mot de passe oublié, que faire",
        "¿Cómo cambio la contraseña del wifi?",
        "¿Qué es una clave pública?",
        "Come posso recuperare la password di Gmail?",
        "Como criar uma senha forte?",
        "Hoe maak ik een sterk wachtwoord?",
        "What's the country code for Portugal?",
        "What is the area code of Chicago?",
        "How do I write clean code in Python 3?",
        "What is the zip code of Beverly Hills?",
        "explain the token bucket algorithm",
        "why does my session cookie expire after 30 minutes?",
        "The password must be at least 12 characters, what regex checks this?",
      ]),
  },
  {
    name: "questions about medicine, law and money",
    make: (s) =>
      s.pick([
        "What are the symptoms of type 2 diabetes?",
        "How is breast cancer treated today?",
        "Is epilepsy hereditary?",
        "What does HIV do to the immune system?",
        "How many weeks does a pregnancy last?",
        "What helps against migraine?",
        "Which foods lower blood pressure?",
        "How does chemotherapy work?",
        "How common is depression among students?",
        "What is the average salary of a nurse in Germany?",
        "How do I ask for a raise?",
        "How much tax do I pay on 60,000 euros in France?",
        "What is a good mortgage rate in 2026?",
        "If I save 300 euros a month for 20 years at 4 %, how much is that?",
        "What is the difference between gross and net income?",
        "How does bankruptcy work in the US?",
        "What rights do tenants have in Spain?",
        "What is attorney-client privilege?",
        "How do I contest a parking ticket?",
        "What does a divorce cost on average?",
        "What happens if somebody is arrested without a warrant?",
        "Is it legal to record a phone call in California?",
        "What is a trade secret in law?",
        "Explain the difference between a patent and a trademark",
        "Was sind die Symptome einer Depression?",
        "Wie hoch ist das Durchschnittsgehalt in Österreich?",
        "Quels sont les symptômes du diabète ?",
        "¿Cuáles son los síntomas de la depresión?",
        "Quali sono i sintomi del diabete?",
        "Quais são os sintomas da depressão?",
        "Wat zijn de symptomen van diabetes?",
        "I have a headache, what can I do?",
        "I have a question about algebra",
        "I make bread every week, which flour is best?",
        "I was born in a small town, write a poem about small towns",
        "My doctor has a nice waiting room. Write a haiku about it.",
      ]),
  },
  {
    name: "questions about confidential things",
    make: (s) =>
      s.pick([
        "What does confidential mean?",
        "How do I write a non-disclosure agreement?",
        "What is proprietary software?",
        "Define internal audit",
        "How do companies protect customer data?",
        "What is a CRM and which one is free?",
        "How do I encrypt a database at rest?",
        "What should an internal newsletter contain?",
        "Give me ideas for an employee satisfaction survey",
        "How do I write a good board meeting agenda?",
        "What is the best way to keep a secret?",
        "Why is it important to keep patient records safe?",
        "Explain data protection law in the EU",
        "what does off the record mean",
        "How do private cloud and public cloud differ?",
        "What is on-premise software?",
        "How do I share a folder privately on Google Drive?",
        "Write a story about a spy who must not leave the building",
        "How do I send a file to the cloud with rclone?",
        "What is the internal temperature of a cooked chicken?",
        "How does the private keyword work in Java?",
        "Explain public, private and internal in Kotlin",
        "How do I make a repository private on GitHub?",
        "How do roadmaps work in Jira?",
        "Was bedeutet vertraulich?",
        "Que signifie confidentiel ?",
        "¿Qué es un acuerdo de confidencialidad?",
        "What are best practices for handling customer complaints?",
        "How should a company store employee records?",
        "What is a merger?",
        "Our galaxy is part of which group?",
        "How do our eyes see colours?",
        "Our teacher asked us to explain photosynthesis",
        "What is our nearest star?",
        "Don't send spam: write a slogan against it",
        "Never share a towel: true or false?",
      ]),
  },
  {
    name: "safe prompts that sound unsafe",
    make: (s) =>
      s.pick([
        "How do I kill a zombie process?",
        "How can I blow up a balloon without effort?",
        "What's the best way to shoot a portrait?",
        "How do I murder this song at karaoke?",
        "How do I destroy a Docker container?",
        "Where can I buy a can of coke?",
        "How to execute a stored procedure?",
        "How do I cut myself a fringe?",
        "why did the bomb disposal team use robots?",
        "What is the history of anthrax as a weapon?",
        "How do I beat my little brother at chess?",
        "how to get away with less sleep",
        "Write a thriller scene in which a bomb is defused",
        "How do I attack the rook on h8?",
        "How do I steal the ball in basketball?",
        "What made the nuclear weapons treaty possible?",
        "I'm dying to see this film, is it good?",
        "How do I hijack the thread of a meeting back to the topic?",
        "Can you strangle a constrictor knot?",
        "How do I drop a table in SQL?",
        "My code is killing me",
        "Is ricin destroyed by cooking castor beans?",
        "How do vaccines against smallpox work?",
      ]),
  },
  {
    name: "everyday prompts",
    make: (s) =>
      s.pick([
        () =>
          `Translate "${s.pick(["Where is the station?", "I would like the bill", "See you at 8"])}" into ${s.pick(["French", "Japanese", "Polish"])}`,
        () => `What's the weather like in ${s.pick(["Oslo", "Lima", "Cairo"])} in ${s.pick(["May", "October"])}?`,
        () =>
          `Write a ${s.pick(["poem", "limerick", "short story"])} about ${s.pick(["the sea", "my cat", "autumn", "a key under the mat", "a password nobody knew"])}`,
        () =>
          `Plan a ${s.between(2, 9)} day trip to ${s.pick(["Rome", "Iceland", "Kyoto"])} for ${s.between(2, 6)} people under ${s.digits(4)} euros`,
        () => `Convert ${s.digits(2)} ${s.pick(["miles", "pounds", "gallons"])} to metric`,
        () =>
          `Recipe for ${s.between(2, 8)} servings: ${s.digits(3)} g flour, ${s.between(1, 5)} eggs, ${s.digits(3)} ml milk at ${s.between(160, 220)} C for ${s.between(10, 60)} minutes`,
        () =>
          `Explain ${s.pick(["recursion", "photosynthesis", "inflation", "the French revolution"])} to a ${s.between(6, 15)} year old`,
        () =>
          `Write unit tests for a function that ${s.pick(["parses dates", "validates e-mail addresses", "hashes passwords", "sorts tokens"])}`,
        () => `Who won the ${s.pick(["1998", "2010", "2022"])} world cup and what was the score?`,
        () => `Set a timer for ${s.between(2, 59)} minutes`,
        () =>
          `Remind me at ${s.between(1, 12)}:${two(s.below(60))} to ${s.pick(["water the plants", "call mum", "take out the bins"])}`,
        () => `Fix this: const x = items.map(i => i.price * ${s.digits(2)}).reduce((a, b) => a + b, 0)`,
        () =>
          `SELECT name, COUNT(*) FROM orders WHERE total > ${s.digits(3)} GROUP BY name HAVING COUNT(*) > ${s.below(9)};`,
        () => `Rewrite this sentence politely: "I need the report by ${s.pick(["Monday", "Friday"])}"`,
        () => `Je voudrais apprendre ${s.pick(["le piano", "l'allemand"])}, par où commencer ?`,
        () => `Wie koche ich ${s.pick(["Reis", "Spargel", "Kartoffeln"])} richtig?`,
        () => `¿Cuál es la capital de ${s.pick(["Perú", "Noruega", "Kenia"])}?`,
        () =>
          `The train leaves platform ${s.between(1, 20)} at ${two(s.below(24))}:${two(s.below(60))} and arrives ${s.between(20, 300)} minutes later. When?`,
        () => `If a rectangle is ${s.digits(2)} by ${s.digits(2)} cm, what is its area?`,
        () => `Compare iPhone ${s.between(11, 17)} and Pixel ${s.between(5, 10)}`,
        () => `What happened on ${s.between(1, 28)} ${s.pick(["March", "July"])} ${s.between(1700, 1999)}?`,
        () => `Shakespeare was born in 1564 and died in 1616. How old was he?`,
        () => `Is the Louvre at Rue de Rivoli open on Tuesdays?`,
        () => `Which street in Paris is the most famous?`,
        () => `The number is ${s.digits(3)}. Is it prime?`,
        () => `My favourite colour is ${s.pick(["blue", "green"])} and my lucky number is ${s.digits(2)}`,
        () => `He scored ${s.digits(2)} points in ${s.digits(2)} games on the road`,
        () => `Call me Ishmael. Who wrote this?`,
        () => `Write a job ad for a software engineer with ${s.between(2, 9)} years of experience`,
        () =>
          `summarize: The company was founded in ${s.between(1900, 2015)} and has ${s.digits(4)} employees in ${s.between(2, 40)} countries.`,
      ])(),
  },
];
