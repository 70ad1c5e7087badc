import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ActorName } from "../audit/ActorName.tsx";
import { readWay } from "./read-way.ts";

/** How somebody came by what they have. */
export function Ways({ via }: { via: readonly string[] }) {
  return via.map((way, index) => (
    <span key={way}>
      {index > 0 && ", "}
      <Way way={way} />
    </span>
  ));
}

function Way({ way }: { way: string }) {
  const { reviews: text } = useMessages();
  const formats = useFormats();
  const read = readWay(way);
  switch (read.kind) {
    case "group":
      return text.viaGroup(read.name);
    case "grant":
      return (
        <>
          {text.viaGrant(formats.dateTime(read.until))}
          <ActorName actor={read.by} isShort />
        </>
      );
    case "own":
      return text.ways[way] ?? way;
  }
}
