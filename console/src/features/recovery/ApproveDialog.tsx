import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Recovery } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useWing } from "../../shell/wing.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { knownFactors } from "../account/known-factors.ts";
import { factorsQuery } from "../account/queries.ts";
import { useStepUp } from "../account/StepUp.tsx";
import { approveRecovery } from "./queries.ts";

interface DecideProps {
  readonly base: string;
  readonly recovery: Recovery | undefined;
  readonly onClose: () => void;
}

export function ApproveDialog({ base, recovery, onClose }: DecideProps) {
  const { recovery: words, general } = useMessages();
  const name = recovery ? recovery.name || recovery.email : "";
  return (
    <Dialog
      title={words.list.approveTitle(name)}
      isOpen={recovery !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      {recovery && <Decision base={base} recovery={recovery} name={name} onClose={onClose} />}
    </Dialog>
  );
}

/** What to be sure of, then the approval; the server asks for a second factor that is fresh. */
function Decision({
  base,
  recovery,
  name,
  onClose,
}: DecideProps & { readonly recovery: Recovery; readonly name: string }) {
  const { recovery: words, general } = useMessages();
  const text = words.list;
  const toast = useToast();
  const fresh = useStepUp();
  const { methodsPath } = useWing();
  const factors = useQuery(factorsQuery).data;
  const isBare = factors !== undefined && knownFactors(factors).length === 0;
  const approve = useAction({
    run: (id: string) => fresh(() => approveRecovery(base, id)),
    touches: [`${base}/recoveries`],
    onDone: ({ readyAt }) => {
      toast(readyAt === null ? text.approvedOnce(name) : text.approvedWhole(name));
      return onClose();
    },
  });
  return (
    <>
      <Notice tone="warn">{text.approveCheck}</Notice>
      <p>{text.approveEffect}</p>
      {isBare && (
        <Notice tone="info" actions={<Link to={methodsPath}>{text.addFactor}</Link>}>
          {text.needsFactor}
        </Notice>
      )}
      {approve.isError && <ProblemNote error={approve.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          look="primary"
          isBusy={approve.isPending}
          disabledReason={isBare && text.needsFactor}
          onClick={() => approve.mutate(recovery.id)}
        >
          {text.approve}
        </Button>
      </DialogActions>
    </>
  );
}
