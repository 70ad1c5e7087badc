import type { Actor } from "../audit/record.ts";
import type { OnBatch } from "../audit/sequencer.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import type { ConnectionLimits } from "../isolation/connections.ts";

export interface TenancyOptions {
  /** Default: TENANT_* of `env` and tenancy.config.ts of `cwd`. */
  readonly config?: Config;
  /** Default: process.env. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: process.cwd(). */
  readonly cwd?: string;
  /** Who acts, in the audit trail. Default: library. */
  readonly by?: Actor;
  /** Resume unfinished work, fill the warm pool, erase what is due. Default true; commands of the CLI pass false. */
  readonly background?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly connections?: Partial<ConnectionLimits>;
  /** A PgBouncer in transaction mode that tenants' statements go through. */
  readonly pooler?: { readonly host: string; readonly port: number };
  /** DNS servers, with port, that are asked for the records by which tenants prove their domains. Default: the system's. */
  readonly dnsServers?: readonly string[];
  /** What stands before the token of a signed storage URL. Default: `/v1/files/` of the server. */
  readonly signedUrlBase?: string;
  /** Opened by the change of the root key, which finishes it. */
  readonly isChangingKey?: boolean;
  /** Called around each workflow step: crash tests end the process there. */
  readonly onStep?: (kind: string, step: string, moment: "before" | "after") => Promise<void> | void;
  /** Called around each batch of the audit log's sequencer, for the same purpose. */
  readonly onAuditBatch?: OnBatch;
}
