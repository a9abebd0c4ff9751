import { describe, expect, test } from "vitest";
import { toGrammarSchema } from "./llama-cpp-schema.js";

describe("a schema for the grammar", () => {
  test("keeps what the library knows", () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string", maxLength: 5 },
        when: { type: "string", format: "date" },
        tags: { type: "array", items: { enum: ["a", "b"] }, maxItems: 2 },
      },
      additionalProperties: false,
    };
    expect(toGrammarSchema(schema)).toEqual({ schema, warnings: [] });
  });

  test("turns anyOf and lists of types into oneOf, which the library reads", () => {
    expect(toGrammarSchema({ anyOf: [{ type: "null" }, { type: "integer" }] }).schema).toEqual({
      oneOf: [{ type: "null" }, { type: "integer" }],
    });
    expect(toGrammarSchema({ type: ["string", "null"] }).schema).toEqual({
      oneOf: [{ type: "string" }, { type: "null" }],
    });
  });

  test("moves definitions to $defs, recursive ones too", () => {
    const { schema } = toGrammarSchema({
      definitions: { node: { type: "object", properties: { next: { $ref: "#/definitions/node" } } } },
      $ref: "#/definitions/node",
    });
    expect(schema).toEqual({
      $ref: "#/$defs/node",
      $defs: {
        node: { type: "object", properties: { next: { $ref: "#/$defs/node" } }, additionalProperties: false },
      },
    });
  });

  test("allows any value where a schema says nothing, instead of the library's null", () => {
    for (const open of [{}, true, { description: "anything" }]) {
      expect(toGrammarSchema(open).schema).toHaveProperty("oneOf");
    }
  });

  test("names each keyword it cannot enforce once", () => {
    const { warnings } = toGrammarSchema({
      type: "object",
      properties: {
        a: { type: "string", pattern: "x", format: "email" },
        b: { type: "number", minimum: 1 },
        c: { type: "string", pattern: "y" },
        d: { $ref: "https://example.org/schema" },
      },
    });
    expect(warnings.map((warning) => "feature" in warning && warning.feature).sort()).toEqual(
      ["$ref", "format", "minimum", "pattern"].map((keyword) => `responseFormat.schema.${keyword}`),
    );
  });
});
