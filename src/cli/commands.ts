import type { Command, OptionSpec } from "./command.js";

const PROJECT: OptionSpec = {
  name: "project",
  short: "p",
  value: "NAME",
  summary: "the project to use; default: the current one",
};
const JSON_OUTPUT: OptionSpec = { name: "json", summary: "print one JSON object" };
const YES: OptionSpec = { name: "yes", short: "y", summary: "do not ask for confirmation" };
const PREFERENCE: OptionSpec = {
  name: "prefer",
  value: "WHAT",
  choices: ["quality", "balanced", "battery", "private"],
  summary: "what matters most for this question",
};
const LOCAL: OptionSpec = { name: "local", summary: "only engines on this device" };
const REMOTE: OptionSpec = { name: "remote", summary: "only remote engines; lifts no privacy rule" };
const KEY_FILE: OptionSpec = {
  name: "key-file",
  value: "FILE",
  summary: "use the key in this file (made if there is none), and remember its place as store.keyFile",
};
const TRACE: OptionSpec = { name: "trace", value: "FILE", summary: "write a trace that Perfetto and Chrome open" };

const PHRASE: OptionSpec = {
  name: "phrase",
  value: "NAME",
  multiple: true,
  summary: "the phrase, as in computer; default: all there are",
};
const NETWORKS: OptionSpec = { name: "networks", value: "DIR", summary: "use the networks in this directory" };
const THRESHOLD: OptionSpec = {
  name: "threshold",
  value: "SCORE",
  summary: "wake from this score on, 0 to 1; default: the network's own",
};

const DATA: OptionSpec = {
  name: "data",
  value: "FILES",
  multiple: true,
  summary: "questions that quality is measured on",
};
const OUT: OptionSpec = { name: "out", short: "o", value: "FILE", summary: "where the weights go" };
const WEIGHTS: OptionSpec = { name: "weights", value: "FILE", summary: "a router's weights" };
const HEAD: OptionSpec = {
  name: "head",
  value: "WHICH",
  choices: ["auto", "linear", "mlp"],
  summary: "linear (eval), mlp (384-100-50-3), or auto (train): what is better on rows kept aside",
};
const ALPHA: OptionSpec = { name: "alpha", value: "SHARE", summary: "mean regret promised for local answers (0.05)" };
const DIRECT: OptionSpec = { name: "direct", value: "SHARE", summary: "questions that go straight to remote (0.2)" };
const SEED: OptionSpec = { name: "seed", value: "NUMBER", summary: "decides every random choice (1)" };

const FIRST_THRESHOLD: OptionSpec = {
  name: "first-threshold",
  value: "SCORE",
  summary: "ask the verifier from this score of the first stage on, 0 to 1; default: the network's own",
};

const DEVICE_CLASS: OptionSpec = {
  name: "device",
  value: "CLASS",
  choices: ["phone", "raspberry-pi", "laptop", "this"],
  summary: "whose power is counted",
};
const NETWORK_KIND: OptionSpec = {
  name: "network",
  value: "KIND",
  choices: ["wifi", "cellular"],
  summary: "the radio; default: cellular for a phone, else wifi",
};

/** The whole command line. Each command loads its code when it runs. */
export const root: Command = {
  name: "mobile-ai",
  summary: "Ask a question; rules and a router decide whether this device or a remote model answers, and say why.",
  examples: [
    'mobile-ai ask "What is 17.5 % of 2340?"',
    'mobile-ai ask --project garden "remember: the tomatoes were planted on 3 May"',
    "mobile-ai doctor",
  ],
  subcommands: [
    {
      name: "ask",
      summary: "Ask one question and stream the answer.",
      arguments: [{ name: "QUESTION", rest: true, summary: "the question; none or - reads standard input" }],
      options: [
        PROJECT,
        PREFERENCE,
        LOCAL,
        REMOTE,
        { name: "system", value: "TEXT", summary: "a system prompt for this question" },
        { name: "explain", summary: "show every rule and feature that mattered" },
        JSON_OUTPUT,
        { name: "no-stream", summary: "print the answer when it is whole" },
        { name: "no-remember", summary: "leave no trace of this question in the history" },
        { name: "no-cache", summary: "neither take the answer from the cache nor keep it there" },
        { name: "no-queue", summary: "do not keep the question when it would have to wait for the network" },
        { name: "background", summary: "nobody waits: the call may go out together with others" },
        { name: "quiet", short: "q", summary: "print the answer alone" },
        TRACE,
      ],
      examples: [
        'mobile-ai ask "5 miles in km"',
        "git diff | mobile-ai ask -p work -",
        "mobile-ai ask -   # type or paste, then Ctrl-D: no trace in the shell's history or the process list",
        'mobile-ai ask --json "12 * 7"',
      ],
      run: async (parsed, terminal) => (await import("./commands/ask.js")).ask(parsed, terminal),
    },
    {
      name: "chat",
      summary: "Talk: streaming, with history. /help lists what can be typed.",
      options: [PROJECT, PREFERENCE, LOCAL, REMOTE, { name: "explain", summary: "explain every answer" }, TRACE],
      run: async (parsed, terminal) => (await import("./commands/chat.js")).chat(parsed, terminal),
    },
    {
      name: "route",
      summary: "Show where a question would go, and why; no model is called and nothing is remembered.",
      arguments: [{ name: "QUESTION", rest: true, summary: "the question; none or - reads standard input" }],
      options: [PROJECT, PREFERENCE, LOCAL, REMOTE, JSON_OUTPUT],
      run: async (parsed, terminal) => (await import("./commands/route.js")).route(parsed, terminal),
    },
    {
      name: "project",
      summary: "List, switch, show, rename, delete, export and import projects.",
      subcommands: [
        {
          name: "list",
          summary: "List the projects.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/project.js")).listProjects(parsed, terminal),
        },
        {
          name: "switch",
          summary: "Make a project the current one; it is created if there is none of that name.",
          arguments: [{ name: "NAME", required: true, summary: "the project" }],
          run: async (parsed, terminal) => (await import("./commands/project.js")).switchProject(parsed, terminal),
        },
        {
          name: "show",
          summary: "Show one project.",
          arguments: [{ name: "NAME", summary: "the project; default: the current one" }],
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/project.js")).showProject(parsed, terminal),
        },
        {
          name: "rename",
          summary: "Rename a project.",
          arguments: [
            { name: "FROM", required: true, summary: "its name now" },
            { name: "TO", required: true, summary: "its new name" },
          ],
          run: async (parsed, terminal) => (await import("./commands/project.js")).renameProject(parsed, terminal),
        },
        {
          name: "private",
          summary: "Mark a project private: nothing of it ever leaves the device.",
          arguments: [
            { name: "NAME", required: true, summary: "the project" },
            { name: "STATE", summary: "on (default) or off" },
          ],
          run: async (parsed, terminal) => (await import("./commands/project.js")).markPrivate(parsed, terminal),
        },
        {
          name: "delete",
          summary: "Delete a project with its history; it is really gone from the file.",
          arguments: [{ name: "NAME", required: true, summary: "the project" }],
          options: [YES],
          run: async (parsed, terminal) => (await import("./commands/project.js")).deleteProject(parsed, terminal),
        },
        {
          name: "export",
          summary: "Write a project as JSON.",
          arguments: [{ name: "NAME", summary: "the project; default: the current one" }],
          options: [
            {
              name: "output",
              short: "o",
              value: "FILE",
              summary: "write there (mode 0600) instead of standard output",
            },
          ],
          run: async (parsed, terminal) => (await import("./commands/project.js")).exportProject(parsed, terminal),
        },
        {
          name: "import",
          summary: "Read a project from JSON; a bad file changes nothing.",
          arguments: [{ name: "FILE", required: true, summary: "what project export wrote; - reads standard input" }],
          options: [{ name: "as", value: "NAME", summary: "under another name" }],
          run: async (parsed, terminal) => (await import("./commands/project.js")).importProject(parsed, terminal),
        },
      ],
    },
    {
      name: "history",
      summary: "Show a project's turns, newest first.",
      options: [
        PROJECT,
        { name: "search", short: "s", value: "WORDS", summary: "only turns that match, best first" },
        { name: "limit", short: "n", value: "COUNT", summary: "at most so many (20)" },
        JSON_OUTPUT,
      ],
      run: async (parsed, terminal) => (await import("./commands/history.js")).history(parsed, terminal),
    },
    {
      name: "forget",
      summary: "Forget a turn, a project's history or everything; it is really gone from the file.",
      arguments: [{ name: "TURN", summary: "the id of a turn (mobile-ai history)" }],
      options: [
        { ...PROJECT, summary: "all turns of this project" },
        { name: "all", summary: "every project, turn and note" },
        YES,
      ],
      run: async (parsed, terminal) => (await import("./commands/history.js")).forget(parsed, terminal),
    },
    {
      name: "queue",
      summary: "The questions that wait for the network.",
      subcommands: [
        {
          name: "list",
          summary: "List them, oldest first.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/queue.js")).queueList(parsed, terminal),
        },
        {
          name: "flush",
          summary: "Ask them now, in order within a project; each is judged anew by the rules.",
          options: [JSON_OUTPUT, TRACE],
          run: async (parsed, terminal) => (await import("./commands/queue.js")).queueFlush(parsed, terminal),
        },
        {
          name: "drop",
          summary: "Take questions out unanswered.",
          arguments: [{ name: "ID", rest: true, summary: "ids of mobile-ai queue list" }],
          options: [{ name: "all", summary: "drop all of them" }, YES, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/queue.js")).queueDrop(parsed, terminal),
        },
      ],
    },
    {
      name: "cache",
      summary: "The answers of the remote that are given again when the same is asked.",
      subcommands: [
        {
          name: "status",
          summary: "Say how many are kept.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/cache.js")).cacheStatus(parsed, terminal),
        },
        {
          name: "clear",
          summary: "Forget them all.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/cache.js")).cacheClear(parsed, terminal),
        },
      ],
    },
    {
      name: "budget",
      summary: "What the remote may take in a day, and what it took.",
      examples: [
        "mobile-ai config set budget.tokensPerDay 200000",
        "mobile-ai budget set --project garden --tokens 20000",
      ],
      subcommands: [
        {
          name: "show",
          summary: "Show tokens and money of today, for all projects and for each.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/budget.js")).budgetShow(parsed, terminal),
        },
        {
          name: "set",
          summary: "Limit one project's day; without --tokens and --money its limit is taken away.",
          options: [
            PROJECT,
            { name: "tokens", value: "N", summary: "tokens a day" },
            { name: "money", value: "X", summary: "money a day, by remote.inputPrice and remote.outputPrice" },
            JSON_OUTPUT,
          ],
          run: async (parsed, terminal) => (await import("./commands/budget.js")).budgetSet(parsed, terminal),
        },
      ],
    },
    {
      name: "store",
      summary: "Encrypt the history on this device; the passphrase is never taken from the command line.",
      subcommands: [
        {
          name: "status",
          summary: "Say where the history is kept and whether it is encrypted.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/store.js")).storeStatus(parsed, terminal),
        },
        {
          name: "encrypt",
          summary: "Encrypt all texts, with a passphrase (MOBILE_AI_PASSPHRASE, or asked for) or a key file.",
          options: [KEY_FILE],
          examples: ["mobile-ai store encrypt", "mobile-ai store encrypt --key-file /media/card/mobile-ai.key"],
          run: async (parsed, terminal) => (await import("./commands/store.js")).encryptStore(parsed, terminal),
        },
        {
          name: "rekey",
          summary: "Encrypt anew, with another passphrase (MOBILE_AI_NEW_PASSPHRASE, or asked for) or key file.",
          options: [KEY_FILE],
          run: async (parsed, terminal) => (await import("./commands/store.js")).rekeyStore(parsed, terminal),
        },
        {
          name: "decrypt",
          summary: "Write all texts in clear again.",
          run: async (parsed, terminal) => (await import("./commands/store.js")).decryptStore(parsed, terminal),
        },
      ],
    },
    {
      name: "models",
      summary: "Local models: GGUF files on disk and servers on this device.",
      subcommands: [
        {
          name: "list",
          summary: "List model files and detected local servers.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/models.js")).listModels(parsed, terminal),
        },
        {
          name: "add",
          summary: "Add a GGUF file where it lies.",
          arguments: [{ name: "FILE", required: true, summary: "path of the file" }],
          options: [{ name: "name", value: "NAME", summary: "call it so; default: its file name" }],
          run: async (parsed, terminal) => (await import("./commands/models.js")).addModel(parsed, terminal),
        },
        {
          name: "pull",
          summary: "Download a GGUF file; resumes what was begun.",
          arguments: [{ name: "URL", required: true, summary: "http(s) URL or hf:OWNER/REPO/FILE.gguf" }],
          options: [
            { name: "name", value: "NAME", summary: "call it so; default: its file name" },
            { name: "sha256", value: "HEX", summary: "refuse the file unless its SHA-256 is this" },
            { name: "size", value: "BYTES", summary: "refuse the file unless it has this size" },
          ],
          run: async (parsed, terminal) => (await import("./commands/models.js")).pullModel(parsed, terminal),
        },
        {
          name: "remove",
          summary: "Remove a model; a file that was pulled is deleted, one that was added stays.",
          arguments: [{ name: "NAME", required: true, summary: "the model" }],
          options: [YES],
          run: async (parsed, terminal) => (await import("./commands/models.js")).removeModel(parsed, terminal),
        },
        {
          name: "default",
          summary: "Show or set the local model that answers.",
          arguments: [{ name: "NAME", summary: "a model file's name, or SERVER:MODEL of a local server" }],
          run: async (parsed, terminal) => (await import("./commands/models.js")).defaultModel(parsed, terminal),
        },
      ],
    },
    {
      name: "config",
      summary: "Show and change settings: flags win over variables, variables over the file.",
      subcommands: [
        {
          name: "get",
          summary: "Show one setting, or all with where each comes from.",
          arguments: [{ name: "KEY", summary: "the setting" }],
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/config.js")).getConfig(parsed, terminal),
        },
        {
          name: "set",
          summary: "Change a setting in the file; remote.apiKey is read from standard input into a file of mode 0600.",
          arguments: [
            { name: "KEY", required: true, summary: "the setting" },
            { name: "VALUE", summary: "its value; left out only for remote.apiKey" },
          ],
          run: async (parsed, terminal) => (await import("./commands/config.js")).setConfig(parsed, terminal),
        },
        {
          name: "unset",
          summary: "Remove a setting from the file.",
          arguments: [{ name: "KEY", required: true, summary: "the setting" }],
          run: async (parsed, terminal) => (await import("./commands/config.js")).unsetConfig(parsed, terminal),
        },
        {
          name: "path",
          summary: "Show where settings, history and models are kept.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/config.js")).showPaths(parsed, terminal),
        },
      ],
    },
    {
      name: "rules",
      summary: "The rules that keep secrets and personal data here: list, try, check and measure them.",
      subcommands: [
        {
          name: "list",
          summary: "List the rules that are on.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/rules.js")).listRules(parsed, terminal),
        },
        {
          name: "show",
          summary: "Show one rule: what it finds, what follows, and what makes it look.",
          arguments: [{ name: "ID", required: true, summary: "the rule, as in PRIVACY_001" }],
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/rules.js")).showRule(parsed, terminal),
        },
        {
          name: "test",
          summary: "Show the verdict on a text: rule, span, action and reason. Nothing is remembered.",
          arguments: [{ name: "TEXT", rest: true, summary: "the text; none or - reads standard input" }],
          options: [
            { name: "show", summary: "print the values that were found, too" },
            { ...PROJECT, summary: "as a text of this project; default: rules of every project speak up" },
            JSON_OUTPUT,
          ],
          examples: ["mobile-ai rules test - < notes.txt"],
          run: async (parsed, terminal) => (await import("./commands/rules.js")).testText(parsed, terminal),
        },
        {
          name: "check",
          summary: "Check a file of your own rules: every fault with its line and column. Nothing is changed.",
          arguments: [{ name: "FILE", required: true, summary: "the file; - reads standard input" }],
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/rules.js")).checkRuleFile(parsed, terminal),
        },
        {
          name: "eval",
          summary: "Measure recall, false alarms and time on labelled texts.",
          arguments: [
            { name: "DIR", required: true, summary: "a directory of .jsonl files (id, label, kind, text or text_b64)" },
          ],
          options: [{ name: "misses", summary: "list the ids of the rows that went wrong" }, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/rules.js")).evalRules(parsed, terminal),
        },
      ],
    },
    {
      name: "memory",
      summary: "What the memory of a conversation knows: measure it.",
      subcommands: [
        {
          name: "eval",
          summary: "Fit a readout on labelled dialogues and measure it on others, beside simpler memories.",
          arguments: [
            {
              name: "DATA",
              required: true,
              summary: "a directory with train.jsonl and val.jsonl, or a .jsonl file of dialogues to measure on",
            },
          ],
          options: [
            { name: "train", value: "FILE", summary: "the dialogues to fit on; default: train.jsonl beside DATA" },
            { name: "features", value: "NAMES", summary: "some of the memories, with commas; default: all" },
            { name: "streams", summary: "of a directory: people who go to and fro between four projects" },
            { name: "dialogues", value: "COUNT", summary: "fit on so many dialogues, chosen by a seed (2500)" },
            JSON_OUTPUT,
          ],
          examples: ["mobile-ai memory eval ../shared/data/dialog --features bank,reservoir+bank"],
          run: async (parsed, terminal) => (await import("./commands/memory.js")).evalMemory(parsed, terminal),
        },
        {
          name: "train",
          summary: "Train the weights of the topic memory on labelled dialogues.",
          arguments: [
            { name: "DATA", required: true, summary: "a directory with train.jsonl and train_streams.jsonl" },
          ],
          options: [
            { name: "output", short: "o", value: "FILE", summary: "where the weights go" },
            { name: "licence", value: "TEXT", summary: "of the data, to stand in the file" },
            JSON_OUTPUT,
          ],
          run: async (parsed, terminal) => (await import("./commands/memory.js")).trainMemory(parsed, terminal),
        },
      ],
    },
    {
      name: "feedback",
      summary: "Say what an answer was worth: the router learns from it, on this device, and keeps no word of it.",
      arguments: [{ name: "WHAT", required: true, summary: "good, bad or retry; show what is kept, or reset it" }],
      options: [
        { name: "id", value: "ID", summary: "of the question or its turn; default: the newest of the project" },
        JSON_OUTPUT,
      ],
      examples: ["mobile-ai feedback bad"],
      run: async (parsed, terminal) => (await import("./commands/feedback.js")).feedback(parsed, terminal),
    },
    {
      name: "router",
      summary: "The learned router: measure, train and inspect it.",
      subcommands: [
        {
          name: "eval",
          summary: "Measure routing on questions with known answers: in folds, from --train files, or with --weights.",
          arguments: [{ name: "DATA", required: true, rest: true, summary: ".jsonl files or directories of them" }],
          options: [
            { name: "train", value: "FILES", multiple: true, summary: "fit on these files first (commas or repeated)" },
            WEIGHTS,
            { name: "folds", value: "COUNT", summary: "folds within each set when nothing else is given (5)" },
            { name: "cascade", summary: "let the verifier read the local answers where there are any" },
            {
              name: "second",
              value: "FILES",
              multiple: true,
              summary: "answers of another local model: use agreement",
            },
            { name: "labels", value: "COUNT", summary: "train on at most so many rows, chosen by the seed" },
            HEAD,
            ALPHA,
            DIRECT,
            SEED,
            { name: "svg", value: "FILE", summary: "draw the cost-quality curve" },
            JSON_OUTPUT,
          ],
          examples: [
            "mobile-ai router eval ../shared/data/routing/routellm_gsm8k.jsonl --cascade",
            "mobile-ai router eval kept-back.jsonl --train ../shared/data/routing --json",
          ],
          run: async (parsed, terminal) => (await import("./commands/router.js")).evalRouter(parsed, terminal),
        },
        {
          name: "train",
          summary: "Train a router; the same data and seed make the same file.",
          options: [
            { name: "data", value: "DIR", multiple: true, summary: "a directory of .jsonl files, or such files" },
            { name: "feedback", summary: "also, or only, answers you judged that are still in the history" },
            { name: "out", short: "o", value: "FILE", summary: "where the weights go" },
            SEED,
            HEAD,
            ALPHA,
            DIRECT,
            JSON_OUTPUT,
          ],
          examples: ["mobile-ai router train --data ../shared/data/routing --out router.bin --seed 1"],
          run: async (parsed, terminal) =>
            (await import("./commands/router-train.js")).trainRouterCommand(parsed, terminal),
        },
        {
          name: "quantize",
          summary: "Keep the network in 8-bit weights; reports size, speed and quality before and after.",
          arguments: [{ name: "FILE", required: true, summary: "the weights to make smaller" }],
          options: [DATA, OUT, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/router-compress.js")).quantize(parsed, terminal),
        },
        {
          name: "prune",
          summary: "Leave out the weakest weights; reports size, speed and quality before and after.",
          arguments: [{ name: "FILE", required: true, summary: "the weights to make smaller" }],
          options: [
            DATA,
            OUT,
            { name: "sparsity", value: "SHARE", summary: "share that goes (0.8)" },
            { name: "epochs", value: "COUNT", summary: "passes over the data" },
            JSON_OUTPUT,
          ],
          run: async (parsed, terminal) => (await import("./commands/router-compress.js")).prune(parsed, terminal),
        },
        {
          name: "distill",
          summary: "Train a student of a tenth of the parameters; reports size, speed and quality before and after.",
          arguments: [{ name: "FILE", required: true, summary: "the weights to make smaller" }],
          options: [DATA, OUT, { name: "epochs", value: "COUNT", summary: "passes over the data" }, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/router-compress.js")).distill(parsed, terminal),
        },
        {
          name: "simulate",
          summary: "Run a stream of questions past a learner that sees only the reward of what it chose.",
          arguments: [{ name: "DATA", required: true, rest: true, summary: ".jsonl files or directories of them" }],
          options: [
            { name: "price", value: "SHARE", summary: "taken off the quality of a remote answer (0.25)" },
            {
              name: "train",
              value: "FILES",
              multiple: true,
              summary: "what the router that does not learn was fitted on",
            },
            WEIGHTS,
            { name: "limit", value: "COUNT", summary: "at most so many questions of each set" },
            SEED,
            JSON_OUTPUT,
          ],
          run: async (parsed, terminal) =>
            (await import("./commands/router-simulate.js")).simulateRouter(parsed, terminal),
        },
        {
          name: "use",
          summary: "Take weights into use; damaged ones are refused, and the old ones stay.",
          arguments: [{ name: "FILE", required: true, summary: "the weights, or none for rules of thumb" }],
          run: async (parsed, terminal) => (await import("./commands/router-use.js")).useRouter(parsed, terminal),
        },
        {
          name: "show",
          summary: "Show the weights in use: hash, network, thresholds.",
          options: [WEIGHTS, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/router-use.js")).showRouter(parsed, terminal),
        },
      ],
    },
    {
      name: "explain",
      summary:
        "Show the record of a decision: rules that hit, facts, route, engines dropped, fallbacks, bytes that left.",
      arguments: [{ name: "ID", rest: true, summary: "of a question or its turn; default: the newest" }],
      options: [
        { name: "would-send", summary: "read a question instead, and show exactly what would leave the device for it" },
        PROJECT,
        PREFERENCE,
        LOCAL,
        REMOTE,
        JSON_OUTPUT,
      ],
      examples: ["mobile-ai explain", 'mobile-ai explain --would-send "Who wrote Faust?"'],
      run: async (parsed, terminal) => (await import("./commands/explain.js")).explain(parsed, terminal),
    },
    {
      name: "replay",
      summary: "Take a recorded decision again from its facts; prints the record, and fails where it is not the same.",
      arguments: [
        { name: "ID", required: true, summary: "of a question or its turn" },
        {
          name: "QUESTION",
          rest: true,
          summary: "the question as it was asked, where it was not remembered; - reads it",
        },
      ],
      options: [{ name: "system", value: "TEXT", summary: "the system prompt, where there was one" }],
      run: async (parsed, terminal) => (await import("./commands/explain.js")).replay(parsed, terminal),
    },
    {
      name: "audit",
      summary: "Verify the log of all decisions, and report what left this device.",
      subcommands: [
        {
          name: "verify",
          summary: "Check that no entry was changed, removed, added or moved.",
          options: [JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/audit.js")).verifyAudit(parsed, terminal),
        },
        {
          name: "report",
          summary:
            "Say what left this device, of a project and in a time; exit code 0 only when it is proven that nothing did.",
          options: [
            PROJECT,
            { name: "from", value: "DATE", summary: "from this day on, 2027-03-01" },
            { name: "to", value: "DATE", summary: "up to and with this day, 2027-03-31" },
            JSON_OUTPUT,
          ],
          examples: ["mobile-ai audit report --project diary --from 2027-03-01 --to 2027-03-31"],
          run: async (parsed, terminal) => (await import("./commands/audit.js")).reportAudit(parsed, terminal),
        },
      ],
    },
    {
      name: "wake",
      summary: "Wake on a spoken phrase: listen, try a recording, measure, train, record your own.",
      subcommands: [
        {
          name: "listen",
          summary: "Say each time a phrase is heard, until Ctrl-C. Nothing is recorded.",
          arguments: [
            {
              name: "INPUT",
              summary:
                "- reads 16-bit samples (signed, little-endian, one channel) from standard input; default: the microphone",
            },
          ],
          options: [
            PHRASE,
            THRESHOLD,
            NETWORKS,
            { name: "rate", value: "HZ", summary: "samples a second on standard input; default: 16000" },
            { name: "device", value: "NAME", summary: "the microphone, as arecord -L names it" },
            JSON_OUTPUT,
          ],
          examples: [
            "mobile-ai wake listen --phrase computer",
            "ffmpeg -i talk.mp3 -f s16le -ar 16000 -ac 1 - | mobile-ai wake listen -",
          ],
          run: async (parsed, terminal) => (await import("./commands/wake.js")).listenWake(parsed, terminal),
        },
        {
          name: "test",
          summary: "Say where a recording (WAV or FLAC) wakes; exit code 1 when it does not.",
          arguments: [{ name: "FILE", required: true, summary: "the recording" }],
          options: [PHRASE, THRESHOLD, NETWORKS, JSON_OUTPUT],
          run: async (parsed, terminal) => (await import("./commands/wake.js")).testWake(parsed, terminal),
        },
        {
          name: "eval",
          summary: "Measure misses at so many false alarms an hour, and what woke it wrongly.",
          arguments: [
            {
              name: "DATA",
              required: true,
              summary: "a directory with manifest.csv (kind, word, speaker, file) and recordings",
            },
          ],
          options: [
            PHRASE,
            NETWORKS,
            FIRST_THRESHOLD,
            {
              name: "part",
              value: "PART",
              choices: ["train", "dev"],
              summary: "only speakers of this part; default: all",
            },
            { name: "svg", value: "FILE", summary: "draw the detection-error curves there" },
            JSON_OUTPUT,
          ],
          run: async (parsed, terminal) => (await import("./commands/wake-eval.js")).evalWake(parsed, terminal),
        },
        {
          name: "record",
          summary:
            "Record a phrase a dozen times, guided; each recording becomes a WAV file, and nothing else is kept.",
          arguments: [{ name: "DIR", required: true, summary: "where to put them, in a directory for the speaker" }],
          options: [
            { name: "phrase", value: "NAME", summary: "the phrase" },
            { name: "speaker", value: "NAME", summary: "who speaks; default: me" },
            { name: "count", value: "N", summary: "how many; default: 12" },
            { name: "device", value: "NAME", summary: "the microphone, as arecord -L names it" },
          ],
          examples: ['mobile-ai wake record --phrase "hey nova" nova'],
          run: async (parsed, terminal) => (await import("./commands/wake-record.js")).recordWake(parsed, terminal),
        },
        {
          name: "train",
          summary: "Train a network for a phrase out of recordings of it. An interrupted run goes on where it stopped.",
          options: [
            { name: "phrase", value: "NAME", summary: "the phrase" },
            { name: "positives", value: "DIR", summary: "recordings of the phrase, a directory for each speaker" },
            { name: "negatives", value: "DIR", summary: "recordings of other speech" },
            { name: "noise", value: "DIR", summary: "recordings of noise" },
            { name: "data", value: "DIR", summary: "a directory with manifest.csv that holds all of these" },
            { name: "base", value: "PHRASE", summary: "adapt the network of another phrase: for few recordings" },
            { name: "speakers", value: "N", summary: "add so many speakers made up by espeak-ng" },
            { name: "seed", value: "N", summary: "the same seed makes the same network; default: 1" },
            { name: "steps", value: "N", summary: "batches; default: 2000 of 64 windows, 5000 of 32 with --first" },
            {
              name: "first",
              summary: "train the spiking network that always listens, instead of the verifier behind it",
            },
            {
              name: "variants",
              value: "N",
              summary: "made-up versions of each recording; default: 20 to 100, the fewer there are the more",
            },
            { name: "members", value: "N", summary: "networks whose scores are averaged; default: 1" },
            { name: "everything", summary: "train on all speakers: the best network, and no figures of it" },
            { name: "output", value: "DIR", summary: "write it there; default: where wake listen finds it" },
            NETWORKS,
          ],
          examples: [
            'mobile-ai wake train --phrase "hey nova" --positives nova --negatives talk --noise noise --base computer',
          ],
          run: async (parsed, terminal) => (await import("./commands/wake-train.js")).trainWake(parsed, terminal),
        },
      ],
    },
    {
      name: "energy",
      summary: "Show what the questions of a day took, in joules and milliampere-hours; simulate a day.",
      options: [
        { name: "day", value: "DATE", summary: "this day, 2027-03-01; default: today" },
        DEVICE_CLASS,
        NETWORK_KIND,
        JSON_OUTPUT,
      ],
      subcommands: [
        {
          name: "simulate",
          summary: "Live through a day on a clock moved by hand, with costs measured on this machine.",
          options: [
            { name: "queries", value: "N", summary: "questions in the day; default: 60" },
            { name: "listen", value: "HOURS", summary: "hours of listening for the phrase, as in 16h; default: 24h" },
            DEVICE_CLASS,
            NETWORK_KIND,
            { name: "local-share", value: "SHARE", summary: "questions decided for the device; default: 0.7" },
            {
              name: "speech",
              value: "SHARE",
              summary: "of the time listened to, with somebody speaking; default: 0.1",
            },
            {
              name: "listen-cpu",
              value: "PERCENT",
              summary: "of a small core of the device, for listening; default: measured here",
            },
            SEED,
            { name: "svg", value: "FILE", summary: "draw the day there" },
            JSON_OUTPUT,
          ],
          examples: ["mobile-ai energy simulate --queries 60 --listen 24h --device phone --svg day.svg"],
          run: async (parsed, terminal) => (await import("./commands/energy.js")).simulateEnergy(parsed, terminal),
        },
      ],
      run: async (parsed, terminal) => (await import("./commands/energy.js")).energyDay(parsed, terminal),
    },
    {
      name: "power",
      summary: "Show the power states, and what this platform allows: governor, wake lock, background work.",
      options: [JSON_OUTPUT],
      run: async (parsed, terminal) => (await import("./commands/power.js")).power(parsed, terminal),
    },
    {
      name: "bench",
      summary: "Measure how fast networks, routing, memory and store are on this device, in about 20 seconds.",
      arguments: [
        {
          name: "NAME",
          rest: true,
          summary: "reservoir, perceptron, spiking, encode, parts, question, storage; default: all",
        },
      ],
      options: [JSON_OUTPUT],
      examples: ["mobile-ai bench", "mobile-ai bench --json reservoir perceptron"],
      run: async (parsed, terminal) => (await import("./commands/bench.js")).bench(parsed, terminal),
    },
    {
      name: "doctor",
      summary: "Say what this device has, what is missing, and the exact next step.",
      options: [JSON_OUTPUT],
      run: async (parsed, terminal) => (await import("./commands/doctor.js")).doctor(parsed, terminal),
    },
    {
      name: "stats",
      summary: "Show the metrics so far. They never leave this device.",
      options: [
        JSON_OUTPUT,
        { name: "prometheus", summary: "print the Prometheus text format" },
        { name: "reset", summary: "start again from zero" },
      ],
      run: async (parsed, terminal) => (await import("./commands/stats.js")).stats(parsed, terminal),
    },
    {
      name: "completion",
      summary: "Print a completion script for a shell.",
      arguments: [{ name: "SHELL", required: true, summary: "bash, zsh or fish" }],
      examples: ["source <(mobile-ai completion bash)"],
      run: async (parsed, terminal) => (await import("./commands/completion.js")).completion(parsed, terminal),
    },
  ],
};
