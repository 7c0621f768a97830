/** Stands for a figure that there is none of, which is something else than nothing. */
export function NotKnown({ why = 'not known' }: { readonly why?: string }) {
  return (
    <span class="unknown" title={why}>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{why}</span>
    </span>
  );
}
