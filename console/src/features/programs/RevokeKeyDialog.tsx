import type { TenantKey } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useHere } from "../../shell/here.ts";
import { useToast } from "../../ui/Toaster.tsx";
import { programTouches, revokeKey } from "./queries.ts";

export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: TenantKey | undefined; onClose: () => void }) {
  const { programs: text } = useMessages();
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
