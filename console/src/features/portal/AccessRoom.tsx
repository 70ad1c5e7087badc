import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { RolesPanel } from "../access/RolesPanel.tsx";
import { TryPanel } from "../access/TryPanel.tsx";
import { GrantsPanel } from "../grants/GrantsPanel.tsx";
import { ReviewsPanel } from "../reviews/ReviewsPanel.tsx";
import { SupportPanel } from "../support/SupportPanel.tsx";

export function AccessRoom() {
  const { portal } = useMessages();
  const { permissions } = useHere();
  return (
    <>
      <PageHeading title={portal.rooms.access} />
      <div className="stack-wide">
        <RolesPanel />
        <TryPanel />
        {permissions.has("grants.read") && <GrantsPanel />}
        {permissions.has("reviews.read") && <ReviewsPanel />}
        {permissions.has("support.read") && <SupportPanel />}
      </div>
    </>
  );
}
