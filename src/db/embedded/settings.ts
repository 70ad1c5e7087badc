import { totalmem } from "node:os";

const MIB = 1024 * 1024;
const SHARED_BUFFERS_MIB_MIN = 64;
const SHARED_BUFFERS_MIB_MAX = 512;

/** An eighth of the memory this process may use (a container's limit counts), between 64 and 512 MiB. */
export function sharedBuffersMib(memoryBytes: number = availableMemoryBytes()): number {
  const wanted = Math.floor(memoryBytes / 8 / MIB);
  return Math.min(Math.max(wanted, SHARED_BUFFERS_MIB_MIN), SHARED_BUFFERS_MIB_MAX);
}

function availableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** The text of `tenancy.conf`; a later `ALTER SYSTEM` by the user wins over it. */
export function renderSettings(overrides: Readonly<Record<string, string>>): string {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    // Our pools hold tens of connections; the rest is for the user's tools, replicas and tests.
    max_connections: "200",
    shared_buffers: `${sharedBuffersMib()}MB`,
    // Schema-level tenants are dropped, dumped and migrated by the hundred in one transaction: a lock per table.
    max_locks_per_transaction: "512",
    // The change stream: one slot per database.
    wal_level: "logical",
    max_replication_slots: "64",
    max_wal_senders: "64",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] %q%u@%d ",
    lc_messages: "C",
    ...overrides,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return `# Written at each start. To change a setting use ALTER SYSTEM, which wins over this file.\n${lines.join("\n")}\n`;
}
