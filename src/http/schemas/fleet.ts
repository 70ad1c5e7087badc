import { Type } from "typebox";
import { Id, Page, PageQuery, Timestamp } from "./common.ts";
import { IsolationLevel, Limits } from "./tenants.ts";

export const Plan = Type.Object(
  {
    key: Type.String(),
    name: Type.String(),
    features: Type.Array(Type.String()),
    limits: Limits,
    tenants: Type.Integer(),
  },
  { title: "Plan" },
);
export const Region = Type.Object(
  { key: Type.String(), name: Type.String(), cells: Type.Integer() },
  { title: "Region" },
);

export const PlanList = Type.Object({ items: Type.Array(Plan) }, { title: "PlanList" });
export const RegionList = Type.Object({ items: Type.Array(Region) }, { title: "RegionList" });

const Pool = Type.Object(
  { ready: Type.Integer(), target: Type.Integer() },
  { description: "Prepared places that make creation instant." },
);

export const Cell = Type.Object(
  {
    key: Type.String(),
    name: Type.String(),
    region: Type.String(),
    status: Type.Union([Type.Literal("open"), Type.Literal("closed"), Type.Literal("unreachable")], {
      description: "open: takes new tenants; closed: serves those it has.",
    }),
    engine: Type.String({ description: "Such as PostgreSQL 18.4." }),
    tenants: Type.Object({ table: Type.Integer(), schema: Type.Integer(), database: Type.Integer() }),
    databaseBytes: Type.Integer(),
    connections: Type.Object({ used: Type.Integer(), max: Type.Integer() }),
    warmPool: Type.Object({ schema: Pool, database: Pool }),
  },
  { title: "Cell" },
);

export const CellList = Type.Object({ items: Type.Array(Cell) }, { title: "CellList" });
export const CellUpdate = Type.Object(
  { status: Type.Union([Type.Literal("open"), Type.Literal("closed")]) },
  { title: "CellUpdate", additionalProperties: false },
);

export const MigrationStatus = Type.Object(
  {
    version: Type.Integer({ description: "Number of the file name." }),
    name: Type.String(),
    checksum: Type.String(),
    createdAt: Timestamp,
    places: Type.Object({ applied: Type.Integer(), pending: Type.Integer(), failed: Type.Integer() }),
  },
  { title: "MigrationStatus" },
);
export const MigrationList = Type.Object({ items: Type.Array(MigrationStatus) }, { title: "MigrationList" });

export const MigrationRun = Type.Object(
  {
    id: Id,
    status: Type.Union([
      Type.Literal("running"),
      Type.Literal("done"),
      Type.Literal("stopped"),
      Type.Literal("failed"),
    ]),
    toVersion: Type.Integer(),
    wave: Type.Union([Type.Literal("canary"), Type.Literal("fleet"), Type.Null()]),
    total: Type.Integer({ description: "Places to migrate." }),
    done: Type.Integer(),
    failed: Type.Integer(),
    errors: Type.Array(Type.Object({ place: Type.String(), message: Type.String() }), {
      description: "The first 20.",
    }),
    startedAt: Timestamp,
    finishedAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "MigrationRun" },
);
export const MigrationRunPage = Page(MigrationRun, "MigrationRunPage");
export const MigrationRunCreate = Type.Object(
  {
    dryRun: Type.Optional(Type.Boolean()),
    canary: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: "Places of the first wave; default 1 %, at least 1.",
      }),
    ),
    errorBudget: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1000, description: "Failed places that stop the run; default 0." }),
    ),
  },
  { title: "MigrationRunCreate", additionalProperties: false },
);

export const Drift = Type.Object(
  {
    checked: Type.Integer(),
    expected: Type.String({ description: "Catalogue hash of the reference." }),
    drifted: Type.Array(
      Type.Object({
        place: Type.String(),
        tenantId: Type.Union([Id, Type.Null()]),
        slug: Type.Union([Type.String(), Type.Null()]),
        hash: Type.String(),
        differences: Type.Array(Type.String(), { description: "Such as: column tracks.genre is missing." }),
      }),
    ),
    checkedAt: Timestamp,
  },
  { title: "Drift" },
);

export const Wall = Type.Object({
  key: Type.String({
    description: "seat, guard, forced, privileges, search_path, database, role, cache, storage",
  }),
  holds: Type.Boolean(),
  detail: Type.String(),
});
export const Protection = Type.Object(
  {
    tenantId: Id,
    level: IsolationLevel,
    walls: Type.Array(Wall),
    lastProofId: Type.Union([Id, Type.Null()]),
  },
  { title: "Protection" },
);

export const ProofAttempt = Type.Object({
  way: Type.String({
    description: "Such as select, copy, foreign_key, set_config, prepared, cache, storage, api.",
  }),
  target: Type.String(),
  level: IsolationLevel,
  attackerId: Id,
  victimId: Id,
  outcome: Type.Union([
    Type.Literal("refused"),
    Type.Literal("nothing"),
    Type.Literal("crossed"),
    Type.Literal("not_applicable"),
  ]),
  detail: Type.String(),
});
export const Proof = Type.Object(
  {
    id: Id,
    tenantId: Type.Union([Id, Type.Null()], { description: "null: a sample of every level." }),
    status: Type.Union([
      Type.Literal("running"),
      Type.Literal("held"),
      Type.Literal("crossed"),
      Type.Literal("failed"),
    ]),
    startedAt: Timestamp,
    finishedAt: Type.Union([Timestamp, Type.Null()]),
    counts: Type.Object({
      tried: Type.Integer(),
      refused: Type.Integer(),
      nothing: Type.Integer(),
      crossed: Type.Integer(),
    }),
    error: Type.Union([Type.String(), Type.Null()]),
  },
  { title: "Proof" },
);
export const ProofDetail = Type.Intersect([Proof, Type.Object({ attempts: Type.Array(ProofAttempt) })], {
  title: "ProofDetail",
});
export const ProofPage = Page(Proof, "ProofPage");
export const ProofQuery = Type.Object({ ...PageQuery, tenantId: Type.Optional(Id) });
export const ProofCreate = Type.Object(
  { tenantId: Type.Optional(Id) },
  { title: "ProofCreate", additionalProperties: false },
);
