import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../api/api-error.ts";
import { en } from "../messages/en.ts";
import { fr } from "../messages/fr.ts";
import { describeProblem, fieldErrors, fieldOfPath } from "./describe-problem.ts";

function refusal(code: string, errors?: { path: string; message: string }[]): ApiError {
  const title = "The slug `acme` belongs to another tenant.";
  return new ApiError({
    type: "",
    status: 422,
    code,
    title,
    cure: "Choose another.",
    requestId: "r1",
    errors,
  });
}

test("faults of an input stand at their fields, however the path is written", () => {
  assert.equal(fieldOfPath("limits.maxUsers"), "maxUsers");
  assert.equal(fieldOfPath("/body/limits/maxUsers"), "maxUsers");
  assert.equal(fieldOfPath("features[0]"), "features");
  assert.equal(fieldOfPath("/features/0"), "features");
  const error = refusal("tenant.input_invalid", [{ path: "features[1]", message: "no" }]);
  assert.deepEqual(fieldErrors(error, en), { features: "no" });
});

test("a code about one field stands at that field, in the reader's language", () => {
  const error = refusal("tenant.slug_taken");

  assert.deepEqual(fieldErrors(error, en), { slug: "The slug `acme` belongs to another tenant." });
  assert.deepEqual(fieldErrors(error, fr), {
    slug: "Cet identifiant court appartient à un autre locataire.",
  });
});

test("a code that no catalogue knows keeps the server's sentence, and its request id", () => {
  const text = describeProblem(refusal("quota.exceeded"), fr);

  assert.equal(text.title, "The slug `acme` belongs to another tenant.");
  assert.equal(text.requestId, "r1");
});
