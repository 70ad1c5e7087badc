import { useQuery } from "@tanstack/react-query";
import { Link, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import type { MyTenant } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Frame } from "../../shell/Frame.tsx";
import { type Here, HereProvider } from "../../shell/here.ts";
import type { Room } from "../../shell/wing.ts";
import { ActionMenu } from "../../ui/ActionMenu.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { myAccessQuery } from "../access/queries.ts";
import { meQuery } from "../account/queries.ts";
import { RecoveryNotice } from "../recovery/RecoveryNotice.tsx";
import { SupportNotice } from "../support/SupportNotice.tsx";
import { DoorPage, demandOf } from "./DoorPage.tsx";

/** Each room with the permission without which it has nothing to show. */
const rooms: readonly (Omit<Room, "to"> & { readonly path: string; readonly permission: string })[] = [
  {
    path: "",
    permission: "tenants.read",
    label: ({ portal }) => portal.rooms.overview,
    icon: "tenants",
    key: "o",
    isHome: true,
  },
  {
    path: "/security",
    permission: "security.read",
    label: ({ portal }) => portal.rooms.security,
    icon: "isolation",
    key: "y",
  },
  {
    path: "/members",
    permission: "members.read",
    label: ({ portal }) => portal.rooms.members,
    icon: "people",
    key: "m",
  },
  {
    path: "/access",
    permission: "roles.read",
    label: ({ portal }) => portal.rooms.access,
    icon: "role",
    key: "a",
  },
  {
    path: "/programs",
    permission: "api_keys.read",
    label: ({ programs }) => programs.title,
    icon: "apiKeys",
    key: "p",
  },
  {
    path: "/policies",
    permission: "policies.read",
    label: ({ portal }) => portal.rooms.policies,
    icon: "policy",
    key: "r",
  },
  {
    path: "/sso",
    permission: "sso.read",
    label: ({ portal }) => portal.rooms.sso,
    icon: "signIn",
    key: "s",
  },
  {
    path: "/provisioning",
    permission: "scim.read",
    label: ({ portal }) => portal.rooms.scim,
    icon: "sync",
    key: "d",
  },
  {
    path: "/integrations",
    permission: "integrations.read",
    label: ({ portal }) => portal.rooms.integrations,
    icon: "link",
    key: "i",
  },
  {
    path: "/keys",
    permission: "keys.read",
    label: ({ portal }) => portal.rooms.keys,
    icon: "lock",
    key: "k",
  },
  {
    path: "/audit",
    permission: "audit.read",
    label: ({ portal }) => portal.rooms.audit,
    icon: "log",
    key: "l",
  },
];

/**
 * A tenant's rooms for its own people. The tenant is the one in the address, never one that a session remembers: two
 * tabs in two tenants never mix.
 */
export function PortalFrame() {
  const { portal, account } = useMessages();
  const { slug = "" } = useParams({ strict: false });
  const me = useQuery(meQuery).data;
  const tenants = me?.tenants ?? [];
  const tenant = tenants.find((each) => each.slug === slug);
  // Asked by the address even of one who is no member: the answer is the server's, not this list's.
  const access = useQuery(myAccessQuery(tenant?.id ?? slug));
  const mine = new Set<string>(access.data?.permissions ?? []);
  const base = `/t/${slug}`;
  const here: Here = {
    tenant: { id: tenant?.id ?? slug, slug, name: tenant?.name ?? slug },
    permissions: mine,
    hasAllOfOwner: access.data?.hasAllOfOwner ?? false,
  };
  const name = me ? me.name || me.email : "";
  const path = useLocation().pathname;
  const demand = demandOf(access.error);
  if (demand)
    return (
      <DoorPage demand={demand} tenantName={here.tenant.name} email={me?.email} path={path} slug={slug} />
    );
  return (
    <HereProvider value={here}>
      <Frame
        wing={{
          head: <Switcher here={here} tenants={tenants} />,
          rooms: rooms
            .filter(({ permission }) => mine.has(permission))
            .map(({ path, permission: _, ...room }) => ({ ...room, to: base + path })),
          person: {
            name,
            label: account.menu(name),
            links: [{ label: account.title, to: "/account" }],
            note: portal.in(here.tenant.name),
          },
          hasTenants: false,
          signInPath: "/sign-in",
          methodsPath: "/account/methods",
          notice: (
            <>
              <RecoveryNotice />
              {mine.has("support.read") && (
                <SupportNotice tenantId={here.tenant.id} mayDecide={mine.has("support.consent")} />
              )}
            </>
          ),
        }}
      />
    </HereProvider>
  );
}

/** The tenant's name, always in sight; with several tenants, the way to another. */
function Switcher({ here, tenants }: { here: Here; tenants: readonly MyTenant[] }) {
  const { portal } = useMessages();
  const navigate = useNavigate();
  const name = <span className="product-name">{here.tenant.name}</span>;
  if (tenants.length < 2) {
    return (
      <Link to="/t/$slug" params={{ slug: here.tenant.slug }}>
        {name}
      </Link>
    );
  }
  return (
    <ActionMenu
      label={portal.switch}
      trigger={
        <Button look="bare" aria-label={portal.switchFrom(here.tenant.name)}>
          {name}
          <Icon name="down" size={12} />
        </Button>
      }
      groups={[
        {
          title: portal.switch,
          actions: tenants.map((tenant) => ({
            label: tenant.name,
            isChosen: tenant.slug === here.tenant.slug,
            onSelect: () => void navigate({ to: "/t/$slug", params: { slug: tenant.slug } }),
          })),
        },
      ]}
    />
  );
}
