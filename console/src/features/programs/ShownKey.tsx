import type { TenantKeyCreated } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { ShownOnce } from "../../ui/ShownOnce.tsx";

export function ShownKey({ made, onKept }: { made: TenantKeyCreated; onKept: () => void }) {
  const { programs: text } = useMessages();
  return (
    <ShownOnce warning={text.shownOnce} kept={text.done} onKept={onKept}>
      <CodeBlock code={made.key} label={text.key} />
    </ShownOnce>
  );
}
