import { addCosignature, addWitness, readWitnesses, type Witness } from "../../audit/witnesses.ts";
import { route } from "../route.ts";
import { CosignatureCreate, Cosigned, WitnessCreate, WitnessList } from "../schemas/audit.ts";

export const witnessRoutes = [
  route({
    method: "GET",
    url: "/v1/audit/witnesses",
    tag: "Audit trail",
    action: "audit_witness.read",
    permission: "events.read",
    summary: "List who may cosign checkpoints",
    answer: WitnessList,
    handle: async ({ house }) => ({
      items: (await readWitnesses(house.tenancy.internals.control)).map(toApiWitness),
    }),
  }),
  route({
    method: "POST",
    url: "/v1/audit/witnesses",
    tag: "Audit trail",
    action: "audit.witness_added",
    permission: "events.manage",
    summary: "Let a witness cosign checkpoints",
    body: WitnessCreate,
    answer: null,
    handle: async ({ house, body, by }) => addWitness(house.tenancy.internals.control, body.key, by),
  }),
  route({
    method: "POST",
    url: "/v1/audit/cosignatures",
    tag: "Audit trail",
    action: "audit.checkpoint_cosigned",
    permission: "events.manage",
    summary: "Hand in a checkpoint that a witness cosigned",
    body: CosignatureCreate,
    answer: Cosigned,
    handle: async ({ house, body, by }) => {
      const { signer } = house.tenancy.internals.audit;
      const { size, witnesses } = await addCosignature(
        house.tenancy.internals.control,
        signer,
        body.note,
        by,
      );
      return { size, witnesses: [...witnesses] };
    },
  }),
];

export function toApiWitness({ name, key, addedAt }: Witness) {
  return { name, key, addedAt: addedAt.toISOString() };
}
