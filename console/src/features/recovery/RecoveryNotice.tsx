import { useQuery } from "@tanstack/react-query";
import type { OwnRecovery } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useNowMs } from "../../ui/now.ts";
import { useToast } from "../../ui/Toaster.tsx";
import { cancelMine, myRecoveryQuery } from "./queries.ts";

/** Above every page of a person whose account somebody asks to enter: any of their sessions can object. */
export function RecoveryNotice() {
  const recovery = useQuery(myRecoveryQuery).data?.recovery;
  return recovery ? <Objection recovery={recovery} /> : null;
}

function Objection({ recovery }: { recovery: OwnRecovery }) {
  const { notice: text } = useMessages().recovery;
  const formats = useFormats();
  const nowMs = useNowMs();
  const toast = useToast();
  const cancel = useAction({
    run: (_: undefined) => cancelMine(),
    touches: ["/v1/me/recovery"],
    onDone: () => toast(text.cancelled),
  });
  const at = formats.relative(recovery.askedAt, Math.max(nowMs, Date.now()));
  return (
    <Notice
      tone="danger"
      title={text.title}
      actions={
        <Button look="danger" isBusy={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
          {text.cancel}
        </Button>
      }
    >
      {text.body(at, recovery.device || text.unknownDevice, recovery.ip)}
      {cancel.isError && <ProblemNote error={cancel.error} />}
    </Notice>
  );
}
