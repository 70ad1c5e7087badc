import type { ApiKey } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { apiKeyTouches, revokeApiKey } from "./queries.ts";

interface RevokeDialogProps {
  readonly apiKey: ApiKey | undefined;
  readonly onClose: () => void;
}

export function RevokeDialog({ apiKey, onClose }: RevokeDialogProps) {
  const { apiKeys: text, general } = useMessages();
  const toast = useToast();
  const revoke = useAction({
    run: (key: ApiKey) => revokeApiKey(key.id),
    touches: apiKeyTouches,
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
