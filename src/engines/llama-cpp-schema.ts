import type { SharedV4Warning } from "@ai-sdk/provider";

type Schema = { readonly [key: string]: unknown };

const ANY: Schema = {
  oneOf: [
    { type: ["string", "number", "boolean", "null"] },
    { type: "object", additionalProperties: true },
    { type: "array" },
  ],
};

/** Keywords that the grammar enforces, or that mean nothing to it. All others are reported. */
const SILENT: ReadonlySet<string> = new Set([
  ...["type", "properties", "required", "additionalProperties", "items", "prefixItems", "enum", "const", "oneOf"],
  ...["anyOf", "$ref", "$defs", "definitions", "minItems", "maxItems", "minLength", "maxLength", "minProperties"],
  ...["maxProperties", "format", "description", "title", "default", "examples", "$schema", "$id", "$comment"],
]);
const FORMATS: ReadonlySet<unknown> = new Set(["date-time", "time", "date"]);

/**
 * The subset of JSON Schema that node-llama-cpp turns into a grammar. The library reads a schema it does not know as
 * `null` and ignores `anyOf` without a word, so both are translated here, and a keyword that the grammar cannot enforce
 * is named in `warnings`. Every property becomes required: the grammar has no optional ones.
 */
export function toGrammarSchema(schema: unknown): { readonly schema: object; readonly warnings: SharedV4Warning[] } {
  const ignored = new Set<string>();
  const definitions = isObject(schema) ? { ...record(schema["definitions"]), ...record(schema["$defs"]) } : {};
  const names = new Set(Object.keys(definitions));
  const translated = translate(schema, ignored, names);
  const defs = Object.fromEntries(
    Object.entries(definitions).map(([name, inner]) => [name, translate(inner, ignored, names)]),
  );
  return {
    schema: names.size === 0 ? translated : { ...translated, $defs: defs },
    warnings: [...ignored].map((keyword) => ({
      type: "unsupported",
      feature: `responseFormat.schema.${keyword}`,
      details: "The grammar of the local model does not enforce it.",
    })),
  };
}

function translate(schema: unknown, ignored: Set<string>, names: ReadonlySet<string>): Schema {
  if (!isObject(schema)) return ANY; // `true`; `false` forbids everything, which no answer can meet
  for (const keyword of Object.keys(schema)) if (!SILENT.has(keyword)) ignored.add(keyword);
  const inner = (value: unknown): Schema => translate(value, ignored, names);

  if (typeof schema["$ref"] === "string") {
    const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(schema["$ref"])?.[1];
    if (name !== undefined && names.has(name)) return { $ref: `#/$defs/${name}` };
    ignored.add("$ref");
    return ANY;
  }
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(alternatives)) return { oneOf: alternatives.map(inner) };
  if ("const" in schema) return { const: schema["const"] };
  if (Array.isArray(schema["enum"])) return { enum: schema["enum"] };

  const { type } = schema;
  if (Array.isArray(type)) return { oneOf: type.map((one) => inner({ ...schema, type: one })) };
  if (type === "object" || (type === undefined && isObject(schema["properties"]))) {
    const properties = Object.entries(record(schema["properties"]));
    const additional = schema["additionalProperties"];
    const open = additional === undefined ? properties.length === 0 : additional;
    return {
      type: "object",
      ...(properties.length === 0
        ? {}
        : { properties: Object.fromEntries(properties.map(([key, value]) => [key, inner(value)])) }),
      additionalProperties: typeof open === "boolean" ? open : inner(open),
      ...numbers(schema, ["minProperties", "maxProperties"]),
    };
  }
  if (type === "array" || (type === undefined && schema["items"] !== undefined)) {
    const { items, prefixItems } = schema;
    return {
      type: "array",
      items: Array.isArray(items) || items === undefined ? ANY : inner(items),
      ...(Array.isArray(prefixItems) ? { prefixItems: prefixItems.map(inner) } : {}),
      ...numbers(schema, ["minItems", "maxItems"]),
    };
  }
  if (type === "string") {
    if (FORMATS.has(schema["format"])) return { type, format: schema["format"] };
    if (schema["format"] !== undefined) ignored.add("format");
    return { type, ...numbers(schema, ["minLength", "maxLength"]) };
  }
  if (type === "number" || type === "integer" || type === "boolean" || type === "null") return { type };
  return ANY;
}

function numbers(schema: Schema, keys: readonly string[]): Schema {
  return Object.fromEntries(keys.flatMap((key) => (typeof schema[key] === "number" ? [[key, schema[key]]] : [])));
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Schema {
  return isObject(value) ? value : {};
}
