import { useNavigate, useSearch } from "@tanstack/react-router";

/** An open dialog is part of the address: back closes it, and a link opens it. */
export function useActDialog(act: string): { isOpen: boolean; close: () => Promise<void> } {
  const search: { act?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    isOpen: search.act === act,
    close: () =>
      navigate({
        to: ".",
        search: (current: Record<string, unknown>) => ({ ...current, act: undefined }),
        replace: true,
      }),
  };
}
