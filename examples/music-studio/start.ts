/** `npm run example`: three studios in the browser. Joins the server that `npm start` runs, or starts PostgreSQL itself. */
import { join } from "node:path";
import { applyMigrations } from "../../src/embed/migrations.ts";
import { createTenancy } from "../../src/index.ts";
import { buildApp } from "./app.ts";
import { openStudios, STUDIOS } from "./studios.ts";

const PORT = Number(process.env["PORT"] ?? 7100);
const BASE_DOMAIN = "localhost";

const tenancy = await createTenancy({ by: { actor: "music-studio" } });
const added = await applyMigrations(tenancy, {
  folder: join(import.meta.dirname, "migrations"),
  shared: ["genres"],
});
if (added.length > 0) console.log(`Applied ${added.join(", ")}`);
await openStudios(tenancy);
const app = await buildApp(tenancy, {
  baseDomain: BASE_DOMAIN,
  isAudited: !process.argv.includes("--unaudited"),
});
await app.listen({ port: PORT, host: "localhost" });

console.log("\nThree studios, one app. Open them side by side:\n");
for (const { slug, name, isolation } of STUDIOS) {
  console.log(`  http://${slug}.${BASE_DOMAIN}:${PORT}/`.padEnd(40), `${name}, ${isolation} level`);
}
console.log("\nCtrl-C stops.");

const stop = async () => {
  await app.close();
  await tenancy.close();
  process.exit(0);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
