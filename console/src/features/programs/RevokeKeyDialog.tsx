import type { TenantKey } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { programTouches, revokeKey } from "./queries.ts";

export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: TenantKey | undefined; onClose: () => void }) {
  const { programs: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const revoke = useAction({
    run: (key: TenantKey) => revokeKey(tenant.id, key.id),
    touches: programTouches(tenant.id),
    onDone: (_, key) => {
      toast(text.revoked(key.name));
      return onClose();
    },
  });
  return (
    <Dialog
      title={text.revokeTitle(apiKey?.name ?? "")}
      isOpen={apiKey !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      <p>{text.revokeEffect}</p>
      {revoke.isError && <ProblemNote error={revoke.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          look="danger"
          isBusy={revoke.isPending}
          onClick={() => {
            if (apiKey) revoke.mutate(apiKey);
          }}
        >
          {text.revoke}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
