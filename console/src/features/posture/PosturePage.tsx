import { PosturePanel } from "./PosturePanel.tsx";

const rooms: Readonly<Record<string, string>> = {
  audit: "/audit",
  api_keys: "/api-keys",
  keys: "/encryption",
  tenants: "/tenants",
};

/** How the whole platform stands, for operators. */
export function PosturePage() {
  return (
    <PosturePanel
      tenantId={null}
      placeOf={(name) => {
        const to = rooms[name];
        return to === undefined ? undefined : { to };
      }}
    />
  );
}
