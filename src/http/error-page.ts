import { accessErrors } from "../access/errors.ts";
import { adoptErrors } from "../adopt/errors.ts";
import { auditErrors } from "../audit/errors.ts";
import { configErrors } from "../base/config/errors.ts";
import type { ErrorTable } from "../base/errors.ts";
import { dbErrors } from "../db/errors.ts";
import { fleetErrors } from "../fleet/errors.ts";
import { gateErrors } from "../gate/errors.ts";
import { identityErrors } from "../identity/errors.ts";
import { integrationErrors } from "../integrations/errors.ts";
import { isolationErrors } from "../isolation/errors.ts";
import { keyErrors } from "../keys/errors.ts";
import { lifecycleErrors } from "../lifecycle/errors.ts";
import { mailErrors } from "../mail/errors.ts";
import { reviewErrors } from "../reviews/errors.ts";
import { scimErrors } from "../scim/errors.ts";
import { ssoErrors } from "../sso/errors.ts";
import { streamErrors } from "../streams/errors.ts";
import { tenantErrors } from "../tenants/errors.ts";
import { vaultErrors } from "../vaults/errors.ts";
import { supportErrors } from "../visits/errors.ts";
import { httpErrors } from "./errors.ts";

/** Every error that a request can end with, and those it may name. */
export const ERROR_TABLES: readonly ErrorTable[] = [
  httpErrors,
  identityErrors,
  accessErrors,
  supportErrors,
  gateErrors,
  reviewErrors,
  tenantErrors,
  mailErrors,
  auditErrors,
  streamErrors,
  ssoErrors,
  scimErrors,
  integrationErrors,
  lifecycleErrors,
  fleetErrors,
  adoptErrors.table,
  isolationErrors,
  vaultErrors,
  keyErrors,
  dbErrors,
  configErrors,
];

/** The page that the `type` of a problem document leads to: /docs/errors#code. */
export function renderErrorPage(): string {
  const entries = ERROR_TABLES.flatMap((table) => Object.entries(table)).map(
    ([code, { status, sentence, cure }]) =>
      `<h2 id="${code}"><code>${code}</code></h2>\n<p>${status}. ${toText(sentence)}</p>\n<p>${toText(cure)}</p>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Errors of Tenancy</title>
<h1>Errors</h1>
<p>Programs compare the code. Words in braces stand for what the error is about.</p>
${entries.join("\n")}
</html>
`;
}

function toText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
