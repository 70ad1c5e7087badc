import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import {
  actionsOf,
  CEDAR_DATA,
  type CorpusCase,
  parseExact,
  readTarball,
} from "../../../test/support/cedar.ts";
import { type CedarEngine, loadCedar } from "./engine.ts";
import { type EntityJson, entitiesFromJson, recordFromJson, uidFromJson } from "./json.ts";
import { PolicySet } from "./policy-set.ts";

/** Each which case runs; CEDAR_CORPUS=whole runs all 7,809 (62,472 requests, about two minutes). */
const STRIDE = process.env["CEDAR_CORPUS"] === "whole" ? 1 : 41;
let engine: CedarEngine;

before(async () => {
  engine = await loadCedar();
});

test("compiled policies decide the official corpus as the official engine did: decision, reasons, errors", () => {
  const files = readTarball(join(CEDAR_DATA, "corpus-tests.tar.gz"));
  const read = (name: string) => files.get(name) ?? assert.fail(`${name} is not in the corpus`);
  const names = [...files.keys()].filter((name) => /corpus-tests\/[0-9a-f]+\.json$/.test(name)).sort();
  assert.ok(names.length > 7_000, `${names.length} cases`);
  const wrong: string[] = [];
  let requests = 0;
  for (let i = 0; i < names.length; i += STRIDE) {
    const each = parseExact(read(names[i] as string)) as CorpusCase; // below the length
    const texts = engine.split(read(each.policies));
    const policies = Object.fromEntries(texts.map((text, n) => [`policy${n}`, text]));
    const set = new PolicySet({ engine, policies });
    const given = parseExact(read(each.entities)) as EntityJson[];
    const entities = entitiesFromJson([...actionsOf(read(each.schema)), ...given]);
    for (const asked of each.requests) {
      requests += 1;
      const request = {
        principal: uidFromJson(asked.principal),
        action: uidFromJson(asked.action),
        resource: uidFromJson(asked.resource),
        context: recordFromJson(asked.context),
        entities,
      };
      const { isAllowed, reasons, errors } = set.explain(request);
      const got = [isAllowed ? "allow" : "deny", reasons, errors.map(({ policyId }) => policyId)];
      const expected = [asked.decision, [...asked.reason].sort(), [...asked.errors].sort()];
      if (JSON.stringify(got) !== JSON.stringify(expected) || set.isAllowed(request) !== isAllowed) {
        wrong.push(
          `${names[i]} ${asked.description}: ${JSON.stringify(got)} for ${JSON.stringify(expected)}`,
        );
      }
    }
  }

  assert.deepEqual(wrong, []);
  assert.ok(requests >= (names.length / STRIDE) * 7, `${requests} requests`);
});
