import { nearest } from "../base/nearest.ts";
import type { Command } from "./command.ts";
import { cliError } from "./errors.ts";

export interface Noun {
  readonly summary: string;
  /** Commands are read when they are asked for, so that the others cost nothing. */
  readonly load: () => Promise<readonly Command[]>;
}

/** In the order of the help. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  serve: {
    summary: "Run the platform",
    load: async () => (await import("./commands/serve.ts")).commands,
  },
  tenant: {
    summary: "Create tenants and lead them through their life",
    load: async () => (await import("./commands/tenant.ts")).commands,
  },
  app: {
    summary: "The app's schema over all tenants",
    load: async () => (await import("./commands/app.ts")).commands,
  },
  adopt: {
    summary: "Turn single-tenant SQL into tenant-safe SQL",
    load: async () => (await import("./commands/adopt.ts")).commands,
  },
  plan: { summary: "What plans there are", load: async () => (await import("./commands/plan.ts")).commands },
  region: { summary: "Where cells stand", load: async () => (await import("./commands/region.ts")).commands },
  cell: {
    summary: "PostgreSQL clusters that hold tenants",
    load: async () => (await import("./commands/cell.ts")).commands,
  },
  verify: {
    summary: "Proof that tenants cannot see each other",
    load: async () => (await import("./commands/verify.ts")).commands,
  },
  member: {
    summary: "Who may act in a tenant",
    load: async () => (await import("./commands/member.ts")).commands,
  },
  grant: {
    summary: "What members hold for a time",
    load: async () => (await import("./commands/grant.ts")).commands,
  },
  user: {
    summary: "People, across tenants",
    load: async () => (await import("./commands/user.ts")).commands,
  },
  "service-account": {
    summary: "Programs of tenants, with roles like members",
    load: async () => (await import("./commands/service-account.ts")).commands,
  },
  mail: {
    summary: "Mail that waits and what became of it",
    load: async () => (await import("./commands/mail.ts")).commands,
  },
  operator: {
    summary: "Staff of the platform",
    load: async () => (await import("./commands/operator.ts")).commands,
  },
  review: {
    summary: "Who has what, looked at by people",
    load: async () => (await import("./commands/review.ts")).commands,
  },
  support: {
    summary: "Staff in tenants that consent to it",
    load: async () => (await import("./commands/support.ts")).commands,
  },
  key: { summary: "API keys for programs", load: async () => (await import("./commands/key.ts")).commands },
  encryption: {
    summary: "Keys that seal tenants' data",
    load: async () => (await import("./commands/encryption.ts")).commands,
  },
  vault: {
    summary: "What members keep and the server cannot read",
    load: async () => (await import("./commands/vault.ts")).commands,
  },
  role: {
    summary: "Roles of tenants: permissions under conditions",
    load: async () => (await import("./commands/role.ts")).commands,
  },
  policy: {
    summary: "Policies of tenants in Cedar, and what they decide",
    load: async () => [
      ...(await import("./commands/policy.ts")).commands,
      ...(await import("./commands/policy-draft.ts")).commands,
    ],
  },
  integration: {
    summary: "Outside services of tenants",
    load: async () => (await import("./commands/integration.ts")).commands,
  },
  sso: {
    summary: "Identity providers and mail domains of tenants",
    load: async () => (await import("./commands/sso.ts")).commands,
  },
  scim: {
    summary: "Provisioning by tenants' directories",
    load: async () => (await import("./commands/scim.ts")).commands,
  },
  workflow: {
    summary: "Durable work on a tenant",
    load: async () => (await import("./commands/workflow.ts")).commands,
  },
  audit: {
    summary: "The audit log: search, export, proofs",
    load: async () => (await import("./commands/audit.ts")).commands,
  },
  events: { summary: "Who did what", load: async () => (await import("./commands/events.ts")).commands },
  posture: {
    summary: "How safely a tenant or the platform stands",
    load: async () => (await import("./commands/posture.ts")).commands,
  },
  status: {
    summary: "Where the platform is and how it stands",
    load: async () => (await import("./commands/status.ts")).commands,
  },
  doctor: {
    summary: "Check everything, with a cure for what is wrong",
    load: async () => (await import("./commands/doctor.ts")).commands,
  },
};

export async function allCommands(): Promise<Command[]> {
  const loaded = await Promise.all(Object.values(NOUNS).map((noun) => noun.load()));
  return loaded.flat();
}

export type Found =
  | { readonly kind: "command"; readonly command: Command }
  /** Words that stand before several commands. */
  | { readonly kind: "group"; readonly prefix: readonly string[]; readonly commands: readonly Command[] };

/** The command that `words` begin with. Throws cli.unknown_command with the nearest one. */
export async function findCommand(words: readonly string[]): Promise<Found> {
  const noun = words[0];
  if (noun === undefined) return { kind: "group", prefix: [], commands: await allCommands() };
  const entry = Object.hasOwn(NOUNS, noun) ? NOUNS[noun] : undefined;
  if (!entry) throw unknown([noun], [], Object.keys(NOUNS));
  const commands = await entry.load();
  for (let count = 1; ; count++) {
    const prefix = words.slice(0, count);
    const below = commands.filter(({ path }) => prefix.every((word, i) => path[i] === word));
    const whole = below.find(({ path }) => path.length === count);
    if (whole) return { kind: "command", command: whole };
    if (below.length === 0) {
      const before = prefix.slice(0, -1);
      throw unknown(prefix, before, verbsAfter(commands, before));
    }
    if (words.length === count) return { kind: "group", prefix, commands: below };
  }
}

function verbsAfter(commands: readonly Command[], prefix: readonly string[]): string[] {
  const below = commands.filter(({ path }) => prefix.every((word, i) => path[i] === word));
  return [...new Set(below.flatMap(({ path }) => path[prefix.length] ?? []))];
}

function unknown(words: readonly string[], before: readonly string[], known: readonly string[]) {
  const near = nearest(words.at(-1) ?? "", known);
  const hint =
    near === undefined
      ? `Known are: ${known.join(", ")}.`
      : `Did you mean \`tenancy ${[...before, near].join(" ")}\`?`;
  return cliError("cli.unknown_command", { command: words.join(" "), hint });
}
