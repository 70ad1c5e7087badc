import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rowsPerPage } from "../api/limits.ts";
import { eventsQuery, parseActivitySearch } from "../features/activity/queries.ts";
import { apiKeysQuery } from "../features/api-keys/queries.ts";
import { parseAuditSearch } from "../features/audit/queries.ts";
import { cellsQuery } from "../features/cells/queries.ts";
import { encryptionQuery } from "../features/encryption/queries.ts";
import { proofQuery } from "../features/isolation/queries.ts";
import { driftQuery, migrationsQuery, runQuery } from "../features/migrations/queries.ts";
import { postureQuery } from "../features/posture/queries.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { textOf } from "../url/search.ts";
import { parseAttemptFilter, parseCursorSearch } from "./searches.ts";
import { frame } from "./staff-frame.ts";

/** Rooms about the platform as a whole. */

const migrations = createRoute({
  getParentRoute: () => frame,
  path: "/migrations",
  staticData: { crumb: crumbs.migrations },
});

const migrationTabs = createRoute({
  getParentRoute: () => migrations,
  id: "tabs",
  component: lazyRouteComponent(
    () => import("../features/migrations/MigrationsLayout.tsx"),
    "MigrationsLayout",
  ),
});

const versions = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/",
  loader: ({ context }) => void context.client.prefetchQuery(migrationsQuery),
  component: lazyRouteComponent(() => import("../features/migrations/VersionsTab.tsx"), "VersionsTab"),
});

const drift = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/drift",
  staticData: { crumb: crumbs.drift },
  loader: ({ context }) => void context.client.prefetchQuery(driftQuery),
  component: lazyRouteComponent(() => import("../features/migrations/DriftTab.tsx"), "DriftTab"),
});

const runs = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/runs",
  staticData: { crumb: crumbs.runs },
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("../features/migrations/RunsTab.tsx"), "RunsTab"),
});

const newRun = createRoute({
  getParentRoute: () => migrations,
  path: "/runs/new",
  staticData: { crumb: crumbs.newRun },
  component: lazyRouteComponent(() => import("../features/migrations/NewRunPage.tsx"), "NewRunPage"),
});

const run = createRoute({
  getParentRoute: () => migrations,
  path: "/runs/$runId",
  staticData: { crumb: crumbs.run },
  loader: ({ context, params }) => void context.client.prefetchQuery(runQuery(params.runId)),
  component: lazyRouteComponent(() => import("../features/migrations/RunPage.tsx"), "RunPage"),
});

const isolation = createRoute({
  getParentRoute: () => frame,
  path: "/isolation",
  staticData: { crumb: crumbs.isolation },
});

const isolationIndex = createRoute({
  getParentRoute: () => isolation,
  path: "/",
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("../features/isolation/IsolationPage.tsx"), "IsolationPage"),
});

const proof = createRoute({
  getParentRoute: () => isolation,
  path: "/$proofId",
  staticData: { crumb: crumbs.proof },
  validateSearch: parseAttemptFilter,
  loader: ({ context, params }) => void context.client.prefetchQuery(proofQuery(params.proofId)),
  component: lazyRouteComponent(() => import("../features/isolation/ProofPage.tsx"), "ProofPage"),
});

const encryption = createRoute({
  getParentRoute: () => frame,
  path: "/encryption",
  staticData: { crumb: crumbs.encryption },
  loader: ({ context }) => void context.client.prefetchQuery(encryptionQuery),
  component: lazyRouteComponent(() => import("../features/encryption/EncryptionPage.tsx"), "EncryptionPage"),
});

const cells = createRoute({
  getParentRoute: () => frame,
  path: "/cells",
  staticData: { crumb: crumbs.cells },
  loader: ({ context }) => void context.client.prefetchQuery(cellsQuery),
  component: lazyRouteComponent(() => import("../features/cells/CellsPage.tsx"), "CellsPage"),
});

const activity = createRoute({
  getParentRoute: () => frame,
  path: "/activity",
  staticData: { crumb: crumbs.activity },
  validateSearch: parseActivitySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.client.prefetchQuery(eventsQuery(deps, rowsPerPage)),
  component: lazyRouteComponent(() => import("../features/activity/ActivityPage.tsx"), "ActivityPage"),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: "/audit",
  staticData: { crumb: crumbs.audit },
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("../features/audit/AuditPage.tsx"), "AuditPage"),
});

const security = createRoute({
  getParentRoute: () => frame,
  path: "/security",
  staticData: { crumb: crumbs.security },
  loader: ({ context }) => void context.client.prefetchQuery(postureQuery(null)),
  component: lazyRouteComponent(() => import("../features/posture/PosturePage.tsx"), "PosturePage"),
});

const apiKeys = createRoute({
  getParentRoute: () => frame,
  path: "/api-keys",
  staticData: { crumb: crumbs.apiKeys },
});

const apiKeysIndex = createRoute({
  getParentRoute: () => apiKeys,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): { revoke?: string } => ({
    revoke: textOf(raw["revoke"], 36),
  }),
  loader: ({ context }) => void context.client.prefetchQuery(apiKeysQuery),
  component: lazyRouteComponent(() => import("../features/api-keys/ApiKeysPage.tsx"), "ApiKeysPage"),
});

const newApiKey = createRoute({
  getParentRoute: () => apiKeys,
  path: "/new",
  staticData: { crumb: crumbs.newApiKey },
  component: lazyRouteComponent(() => import("../features/api-keys/NewApiKeyPage.tsx"), "NewApiKeyPage"),
});

export const platformRoutes = [
  migrations.addChildren([migrationTabs.addChildren([versions, drift, runs]), newRun, run]),
  isolation.addChildren([isolationIndex, proof]),
  encryption,
  cells,
  activity,
  security,
  audit,
  apiKeys.addChildren([apiKeysIndex, newApiKey]),
] as const;
