import { useHere } from "../../shell/here.ts";
import { PosturePanel } from "../posture/PosturePanel.tsx";

const rooms: Readonly<Record<string, string>> = {
  members: "members",
  roles: "access",
  sso: "sso",
  keys: "keys",
  audit: "audit",
  api_keys: "programs",
};

/** How a tenant stands, for its own people. */
export function SecurityRoom() {
  const { tenant } = useHere();
  return (
    <PosturePanel
      tenantId={tenant.id}
      pathOf={(room) => (rooms[room] === undefined ? undefined : `/t/${tenant.slug}/${rooms[room]}`)}
    />
  );
}
