import type { Access } from "../access/access.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Credentials } from "../identity/credentials.ts";
import type { IdentityParts } from "../identity/identity.ts";
import type { SessionParts } from "../identity/sessions.ts";
import type { Tenancy } from "../start.ts";
import type { Cursors } from "./cursor.ts";

/** What the routes work on. */
export interface House {
  readonly tenancy: Tenancy;
  readonly operators: SessionParts;
  readonly identity: IdentityParts;
  readonly credentials: Credentials;
  readonly access: Access;
  readonly cursors: Cursors;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Runs work that outlives its request; closing the server waits for it. A failure is logged. */
  inBackground(what: string, work: () => Promise<unknown>): void;
}
