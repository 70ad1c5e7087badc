import type { Static } from "typebox";
import { isUuid } from "../../base/ids.ts";
import { dataFacets } from "../../isolation/proof/data-facets.ts";
import { inspectWalls } from "../../isolation/walls.ts";
import { lifecycleError } from "../../lifecycle/errors.ts";
import type { ProofRow } from "../../lifecycle/proof-store.ts";
import {
  listProofs,
  type ProofParts,
  readProof,
  startProof,
  workOnProof,
} from "../../lifecycle/prove-isolation.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import { Proof, ProofCreate, ProofDetail, ProofPage, ProofQuery, Protection } from "../schemas/fleet.ts";

/** In these states the tenant has no whole place whose walls could be looked at. */
const WITHOUT_PLACE = new Set(["provisioning", "erasing", "erased"]);

export const proofRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/protection",
    tag: "Isolation",
    permission: "protection.read",
    action: "protection.read",
    summary: "Show what keeps a tenant apart, each wall looked at now",
    params: { tenant: "Id, slug or domain of the tenant." },
    answer: Protection,
    handle: async ({ house, params }) => {
      const { parts } = house.tenancy.internals;
      const tenant = await findTenant(house, params.tenant);
      const walls = WITHOUT_PLACE.has(tenant.status) ? [] : await inspectWalls(parts, tenant);
      const [last] = await listProofs({ lifecycle: parts }, { tenantId: tenant.id, limit: 1 });
      return {
        tenantId: tenant.id,
        level: tenant.placement.level,
        walls: walls.map(({ key, holds, detail }) => ({ key, holds, detail })),
        lastProofId: last?.id ?? null,
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/proofs",
    tag: "Isolation",
    permission: "proofs.read",
    action: "proof.read",
    summary: "List the isolation proofs, newest first",
    query: ProofQuery,
    answer: ProofPage,
    handle: async ({ house, query }) => {
      const { tenantId, ...page } = query;
      const { rows, nextCursor } = await readPage(house, {
        list: "proofs",
        query: page,
        filters: tenantId,
        read: (limit, beforeId: string | undefined) =>
          listProofs(proofParts(house), { tenantId, limit, beforeId }),
        positionOf: (row) => row.id,
      });
      return { items: rows.map(toApiProof), nextCursor };
    },
  }),
  route({
    method: "POST",
    url: "/v1/proofs",
    tag: "Isolation",
    permission: "proofs.run",
    action: "isolation.proof_started",
    summary: "Try to get from one tenant to another by every way",
    description:
      "Answers at once with the proof, which goes on in the server. Canary tenants are made for it and erased afterwards; with `tenantId` that tenant is attacked by a canary and attacks it, and nothing in it is changed.",
    body: ProofCreate,
    isBodyOptional: true,
    status: 202,
    answer: Proof,
    handle: async ({ house, body, by }) => {
      const parts = proofParts(house);
      const proof = await startProof(parts, body, by);
      house.inBackground("An isolation proof broke off", () => workOnProof(parts, proof.id));
      return toApiProof(proof);
    },
  }),
  route({
    method: "GET",
    url: "/v1/proofs/:id",
    tag: "Isolation",
    permission: "proofs.read",
    action: "proof.read",
    summary: "Show an isolation proof: what was tried and what held",
    params: { id: "Id of the proof." },
    answer: ProofDetail,
    handle: async ({ house, params }) => {
      if (!isUuid(params.id)) throw lifecycleError("proof.not_found", params);
      const proof = await readProof(proofParts(house), params.id);
      return { ...toApiProof(proof), attempts: proof.attempts.map((attempt) => ({ ...attempt })) };
    },
  }),
];

function proofParts(house: House): ProofParts {
  const { parts, workflows, executor } = house.tenancy.internals;
  return { lifecycle: parts, workflows, executor, facets: dataFacets(house.tenancy.data) };
}

function toApiProof(row: ProofRow): Static<typeof Proof> {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    status: row.status,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    counts: row.counts,
    error: row.error,
  };
}
