import { useMessages } from "../messages/LocaleProvider.tsx";
import { Button } from "../ui/Button.tsx";
import { rememberWayBack, wayBackFrom } from "../url/paging.ts";

interface PagingProps {
  readonly shown: number;
  readonly cursor: string | undefined;
  readonly nextCursor: string | null;
  readonly onGo: (cursor: string | undefined) => void;
}

export function Paging({ shown, cursor, nextCursor, onGo }: PagingProps) {
  const { general } = useMessages();
  const back = wayBackFrom(cursor);
  const isOnePage = back.kind === "none" && nextCursor === null;
  return (
    <div className="table-footer">
      <span>{nextCursor === null ? general.rowsShown(shown) : general.moreRows(shown)}</span>
      {!isOnePage && (
        <nav className="row" aria-label={general.pages}>
          <Button
            disabledReason={back.kind === "none" && general.alreadyFirst}
            onClick={() => onGo(back.kind === "page" ? back.cursor : undefined)}
          >
            {back.kind === "first" ? general.firstPage : general.previousPage}
          </Button>
          <Button
            disabledReason={nextCursor === null && general.lastPage}
            onClick={() => {
              if (nextCursor === null) return;
              rememberWayBack(nextCursor, cursor);
              onGo(nextCursor);
            }}
          >
            {general.nextPage}
          </Button>
        </nav>
      )}
    </div>
  );
}
