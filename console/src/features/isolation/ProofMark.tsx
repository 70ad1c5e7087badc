import type { Proof } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";

const tones: Record<Proof["status"], Tone> = {
  running: "busy",
  held: "ok",
  crossed: "danger",
  failed: "warn",
};

export function ProofMark({ proof }: { proof: Proof }) {
  const { isolation } = useMessages();
  return (
    <Mark tone={tones[proof.status]} title={isolation.statusMeaning[proof.status]}>
      {isolation.statuses[proof.status]}
    </Mark>
  );
}
