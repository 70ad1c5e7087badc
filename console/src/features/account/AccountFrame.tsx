import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Frame } from "../../shell/Frame.tsx";
import type { Room } from "../../shell/wing.ts";
import { RecoveryNotice } from "../recovery/RecoveryNotice.tsx";
import { meQuery } from "./queries.ts";

const rooms: readonly Room[] = [
  { label: ({ account }) => account.rooms.profile, to: "/account", icon: "person", key: "p", isHome: true },
  { label: ({ account }) => account.rooms.methods, to: "/account/methods", icon: "lock", key: "m" },
  { label: ({ account }) => account.rooms.sessions, to: "/account/sessions", icon: "device", key: "d" },
];

/** What a person has for themselves, whatever tenants they are in. */
export function AccountFrame() {
  const { shell, account } = useMessages();
  const me = useQuery(meQuery).data;
  const name = me ? me.name || me.email : "";
  return (
    <Frame
      wing={{
        head: <Link to="/account">{shell.product}</Link>,
        rooms,
        person: {
          name,
          label: account.menu(name),
          links: (me?.tenants ?? []).map((tenant) => ({ label: tenant.name, to: `/t/${tenant.slug}` })),
          note: me && shell.serverVersion(me.version),
        },
        hasTenants: false,
        signInPath: "/sign-in",
        methodsPath: "/account/methods",
        notice: <RecoveryNotice />,
      }}
    />
  );
}
