import type { GrantStmt } from "@pgsql/types";
import { unwrap } from "./ast.ts";
import { notice, refuse, type Work } from "./work.ts";

const BYPASSING = new Set(["truncate", "references", "trigger", "maintain"]);

/** We write every grant ourselves. Those that would let someone around the guard are refused, so that it is noticed. */
export function grant(work: Work, statement: GrantStmt): void {
  const grantees = (statement.grantees ?? []).map((node) => unwrap(node)?.[1] ?? {});
  const privileges = (statement.privileges ?? []).map((node) => String(unwrap(node)?.[1]["priv_name"] ?? ""));
  const isTable = statement.objtype === "OBJECT_TABLE";
  if (statement.is_grant && isTable && grantees.some((each) => each["roletype"] === "ROLESPEC_PUBLIC")) {
    refuse(
      "The grant gives everyone who reaches the database a way to the rows.",
      "Leave it out: tenants get what they need.",
    );
  }
  const isOurs = grantees.every((each) => each["rolename"] === work.appRole);
  if (isOurs && privileges.some((each) => BYPASSING.has(each))) {
    refuse("TRUNCATE, REFERENCES and TRIGGER go around row security.", "Leave the grant out.");
  }
  if (isOurs && statement.is_grant) return;
  notice(
    work,
    "Tenancy grants what tenants need, to its own roles.",
    `${statement.is_grant ? "GRANT" : "REVOKE"} is dropped.`,
  );
}
