import assert from "node:assert/strict";
import { test } from "node:test";
import { accessErrors } from "../../../src/access/errors.ts";
import { auditErrors } from "../../../src/audit/errors.ts";
import { fleetErrors } from "../../../src/fleet/errors.ts";
import { gateErrors } from "../../../src/gate/errors.ts";
import { httpErrors } from "../../../src/http/errors.ts";
import { identityErrors } from "../../../src/identity/errors.ts";
import { integrationErrors } from "../../../src/integrations/errors.ts";
import { keyErrors } from "../../../src/keys/errors.ts";
import { lifecycleErrors } from "../../../src/lifecycle/errors.ts";
import { mailErrors } from "../../../src/mail/errors.ts";
import { reviewErrors } from "../../../src/reviews/errors.ts";
import { scimErrors } from "../../../src/scim/errors.ts";
import { ssoErrors } from "../../../src/sso/errors.ts";
import { streamErrors } from "../../../src/streams/errors.ts";
import { tenantErrors } from "../../../src/tenants/errors.ts";
import { vaultErrors } from "../../../src/vaults/errors.ts";
import { supportErrors } from "../../../src/visits/errors.ts";
import { fr } from "./fr.ts";

/** What the modules behind the console's rooms can answer. English is the server's own sentence. */
const table = {
  ...accessErrors,
  ...auditErrors,
  ...fleetErrors,
  ...gateErrors,
  ...httpErrors,
  ...identityErrors,
  ...keyErrors,
  ...lifecycleErrors,
  ...mailErrors,
  ...supportErrors,
  ...reviewErrors,
  ...tenantErrors,
  ...vaultErrors,
  ...integrationErrors,
  ...ssoErrors,
  ...scimErrors,
  ...streamErrors,
};

test("every error that the API answers has a French sentence, and none is for an unknown code", () => {
  assert.deepEqual(Object.keys(fr.errors.byCode).sort(), Object.keys(table).sort());
});
