import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { User } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { Time } from "../../ui/Time.tsx";
import { type PeopleSearch, parsePeopleSearch, usersQuery } from "./queries.ts";

/** Everybody who can sign in, whatever tenants they are in. */
export function UsersTab() {
  const { people: text, general } = useMessages();
  const navigate = useNavigate();
  const search = parsePeopleSearch(useSearch({ strict: false }));
  const users = useQuery(usersQuery(search));
  const show = (next: PeopleSearch) => navigate({ to: ".", search: next, replace: true });
  return (
    <>
      <search className="filters">
        <SearchField
          label={text.search}
          placeholder={text.searchPlaceholder}
          value={search.q ?? ""}
          onChange={(q) => show({ q: q || undefined })}
        />
      </search>
      <DataTable
        caption={text.tabs.users}
        columns={useUserColumns()}
        rows={users.data?.items}
        rowKey={(user) => user.id}
        isStale={users.isPlaceholderData}
        problem={users.isError && <ProblemNote error={users.error} onRetry={() => users.refetch()} />}
        blank={
          search.q || search.cursor ? (
            <Blank
              title={general.noMatch}
              action={<Button onClick={() => show({})}>{general.clearFilters}</Button>}
            />
          ) : (
            <Blank title={text.none.title}>{text.none.body}</Blank>
          )
        }
        footer={
          users.data && (
            <Paging
              shown={users.data.items.length}
              cursor={search.cursor}
              nextCursor={users.data.next}
              onGo={(cursor) => navigate({ to: ".", search: { ...search, cursor } })}
            />
          )
        }
      />
    </>
  );
}

function useUserColumns(): Column<User>[] {
  const { people: text, general } = useMessages();
  return [
    {
      key: "user",
      header: text.user,
      cell: ({ id, name, email }) => (
        <div className="stack-tight">
          <Link className="identity identity-wide" to="/people/$userId" params={{ userId: id }}>
            {name || email}
          </Link>
          {name !== "" && name !== email && <span className="quiet">{email}</span>}
        </div>
      ),
    },
    {
      key: "status",
      header: general.status,
      cell: ({ status }) => (
        <Mark tone={status === "active" ? "ok" : "quiet"} title={text.statusMeaning[status]}>
          {text.statuses[status]}
        </Mark>
      ),
    },
    {
      key: "verified",
      header: text.verified,
      isSecondary: true,
      cell: ({ emailVerifiedAt }) =>
        emailVerifiedAt ? <Time at={emailVerifiedAt} /> : <span className="quiet">{text.notVerified}</span>,
    },
    { key: "added", header: text.added, isSecondary: true, cell: (user) => <Time at={user.createdAt} /> },
  ];
}
