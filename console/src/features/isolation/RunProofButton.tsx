import type { Proof, ProofCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { describeProblem } from "../../shell/describe-problem.ts";
import { Button } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { proofTouches, runProof } from "./queries.ts";

interface RunProofButtonProps {
  readonly tenantId?: string;
  readonly disabledReason?: string | false;
  readonly onStarted: (proof: Proof) => void;
}

export function RunProofButton({ tenantId, disabledReason, onStarted }: RunProofButtonProps) {
  const messages = useMessages();
  const toast = useToast();
  const forbidden = useForbiddenToStaff();
  const run = useAction({
    run: (body: ProofCreate, key) => runProof(body, key),
    touches: proofTouches,
    onDone: (proof) => {
      toast(messages.isolation.started);
      onStarted(proof);
    },
  });
  return (
    <Button
      look="primary"
      isBusy={run.isPending}
      disabledReason={forbidden("proofs.run") || disabledReason}
      onClick={() =>
        run.mutate(
          { tenantId },
          { onError: (error) => toast(describeProblem(error, messages).title, "danger") },
        )
      }
    >
      {messages.isolation.run}
    </Button>
  );
}
