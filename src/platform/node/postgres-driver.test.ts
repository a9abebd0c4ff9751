import { expect, test } from "vitest";
import { numberParameters, postgresDriver } from "./postgres-driver.js";

test("numbers the parameters, but not question marks in quoted text and names", () => {
  expect(numberParameters(`SELECT "a?""?" FROM t WHERE x = ? AND y = 'why? it''s ?' AND z IN (?, ?)`)).toBe(
    `SELECT "a?""?" FROM t WHERE x = $1 AND y = 'why? it''s ?' AND z IN ($2, $3)`,
  );
});

test("runs transactions one after the other, and rolls back the one that fails", async () => {
  const said: string[] = [];
  const driver = postgresDriver({
    query: async (sql) => {
      said.push(sql);
      return { rows: [{ n: 1 }], rowCount: 3 };
    },
  });
  const failing = driver.transaction(async (sql) => {
    await sql.run("A");
    throw new Error("mine");
  });
  const [failed, ran, rows] = await Promise.allSettled([
    failing,
    driver.run("B"),
    driver.transaction((sql) => sql.all("C")),
  ]);
  expect(failed).toMatchObject({ status: "rejected", reason: { message: "mine" } });
  expect(ran).toEqual({ status: "fulfilled", value: 3 });
  expect(rows).toEqual({ status: "fulfilled", value: [{ n: 1 }] });
  expect(said).toEqual(["BEGIN", "A", "ROLLBACK", "B", "BEGIN", "C", "COMMIT"]);
});
