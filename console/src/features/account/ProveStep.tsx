import { useMutation, useQueryClient } from "@tanstack/react-query";
import { askForPasskey } from "../../api/passkeys.ts";
import { type SecondFactor, SecondFactorStep } from "../sign-in/SecondFactorStep.tsx";
import { byCode } from "../sign-in/use-sign-in.ts";
import { beginStepUp, stepUp } from "./queries.ts";

/** A second factor in a session that is open; then everything is asked anew, as more may be allowed. */
export function ProveStep({ known }: { known: readonly SecondFactor[] }) {
  const client = useQueryClient();
  const prove = useMutation({
    mutationFn: (ask: () => Promise<unknown>) => ask(),
    onSuccess: () => client.resetQueries(),
  });
  return (
    <SecondFactorStep
      factors={known}
      onCode={(kind, code) => prove.mutate(() => stepUp(byCode(kind, code)))}
      onPasskey={() =>
        prove.mutate(async () => {
          const { token, options } = await beginStepUp();
          await stepUp({ token, passkey: await askForPasskey(options) });
        })
      }
      isBusy={prove.isPending}
      error={prove.error}
    />
  );
}
