import { useHere } from "../../shell/here.ts";
import { PosturePanel } from "../posture/PosturePanel.tsx";
import { RulesPanel } from "../posture/RulesPanel.tsx";

const RULES = "sign-in-rules";

/** Where a finding is cured, and the permission without which that room has nothing to show. */
const rooms: Readonly<Record<string, { readonly path: string; readonly permission: string }>> = {
  security: { path: "security", permission: "security.read" },
  members: { path: "members", permission: "members.read" },
  sso: { path: "sso", permission: "sso.read" },
  scim: { path: "provisioning", permission: "scim.read" },
  keys: { path: "keys", permission: "keys.read" },
  audit: { path: "audit", permission: "audit.read" },
  api_keys: { path: "programs", permission: "api_keys.read" },
};

/** How a tenant stands, for its own people, and what it demands of their sessions. */
export function SecurityRoom() {
  const { tenant, permissions } = useHere();
  return (
    <div className="stack-wide">
      <PosturePanel
        tenantId={tenant.id}
        placeOf={(name) => {
          const room = rooms[name];
          if (room === undefined || !permissions.has(room.permission)) return undefined;
          return { to: `/t/${tenant.slug}/${room.path}`, hash: name === "security" ? RULES : undefined };
        }}
      />
      <div className="narrow" id={RULES}>
        <RulesPanel />
      </div>
    </div>
  );
}
