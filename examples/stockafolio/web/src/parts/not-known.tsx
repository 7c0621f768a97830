/** Stands for an unknown figure, which is different from 0. */
export function NotKnown({ why = 'not known' }: { readonly why?: string }) {
  return (
    <span class="unknown" title={why}>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{why}</span>
    </span>
  );
}
