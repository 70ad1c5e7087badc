import type { ApiKey } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { apiKeyTouches, revokeApiKey } from "./queries.ts";

interface RevokeDialogProps {
  readonly apiKey: ApiKey | undefined;
  readonly onClose: () => void;
}

export function RevokeDialog({ apiKey, onClose }: RevokeDialogProps) {
  const { apiKeys: text } = useMessages();
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
    <ConfirmDialog
      title={text.revokeTitle(apiKey?.name ?? "")}
      isOpen={apiKey !== undefined}
      onClose={onClose}
      effect={text.revokeEffect}
      verb={text.revoke}
      action={revoke}
      onConfirm={() => {
        if (apiKey) revoke.mutate(apiKey);
      }}
    />
  );
}
