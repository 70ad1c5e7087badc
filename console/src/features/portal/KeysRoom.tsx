import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { TenantColumnsPanel } from "../encryption/ColumnsPanel.tsx";
import { KeysPanel } from "../encryption/KeysPanel.tsx";
import { VaultsPanel } from "../vaults/VaultsPanel.tsx";

export function KeysRoom() {
  const { encryption } = useMessages();
  const { tenant, permissions } = useHere();
  const forbidden = useForbidden();
  return (
    <>
      <PageHeading title={encryption.title} />
      <p className="prose">{encryption.intro}</p>
      <div className="stack-wide">
        <KeysPanel tenant={tenant} rotateReason={forbidden("keys.manage")} />
        <TenantColumnsPanel tenant={tenant} />
        {permissions.has("vaults.read") && <VaultsPanel />}
      </div>
    </>
  );
}
