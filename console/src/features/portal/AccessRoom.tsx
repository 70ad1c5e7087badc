import { useMessages } from "../../messages/LocaleProvider.tsx";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { RolesPanel } from "../access/RolesPanel.tsx";
import { TryPanel } from "../access/TryPanel.tsx";

export function AccessRoom() {
  const { portal } = useMessages();
  return (
    <>
      <PageHeading title={portal.rooms.access} />
      <div className="stack-wide">
        <RolesPanel />
        <TryPanel />
      </div>
    </>
  );
}
