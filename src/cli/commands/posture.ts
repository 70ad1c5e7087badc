import { systemClock } from "../../base/clock.ts";
import { defineCommand } from "../command.ts";

const posture = defineCommand({
  path: ["posture"],
  action: "posture.read",
  summary: "Show how safely a tenant, or the platform, stands, and how each finding is cured",
  about: "Findings from the state as it is now. There is no score: each finding says why it matters.",
  positionals: [
    { name: "TENANT", about: "Id, slug or domain of the tenant. Default: the platform.", isRequired: false },
  ],
  examples: ["tenancy posture", "tenancy posture studio-xyz --json"],
  async run({ positionals, out, open }) {
    const { internals, config, tenants } = await open();
    const [{ readPlatformPosture, readTenantPosture }, { CHECKS }] = await Promise.all([
      import("../../compliance/posture.ts"),
      import("../../compliance/posture-checks.ts"),
    ]);
    const { keyRotationDays } = config.security;
    const parts = { pool: internals.control, now: systemClock.now(), keyRotationDays };
    const [name] = positionals;
    const findings =
      name === undefined
        ? await readPlatformPosture(parts)
        : await readTenantPosture(parts, (await tenants.get(name)).id);
    const items = findings.map((finding) => ({ ...finding, ...CHECKS[finding.check] }));
    out.answer({ items }, () =>
      items
        .map(({ state, sentence, why, cure }) =>
          state === "fine"
            ? `fine       ${sentence}\n`
            : `${state.padEnd(10)} ${sentence}\n           ${why}\n           ${cure}\n`,
        )
        .join(""),
    );
    return undefined;
  },
});

export const commands = [posture];
