interface SkeletonProps {
  /** The grid of the page, and the areas in it. */
  readonly grid: string;
  readonly areas: readonly string[];
}

/** The outline of a page whose figures are still to come, so that nothing jumps when they are there. */
export function Skeleton({ grid, areas }: SkeletonProps) {
  return (
    <div class="skeleton" aria-busy="true">
      <span class="visually-hidden" role="status">
        Reading the figures
      </span>
      <div class="ghost ghost-tiles" />
      <div class={`grid ${grid}`}>
        {areas.map((area) => (
          <div key={area} class={`ghost area-${area}`} />
        ))}
      </div>
    </div>
  );
}

export const firmSkeleton = (
  <Skeleton grid="firm-grid" areas={['minutes', 'sectors', 'traders', 'symbols', 'moves', 'close']} />
);

export const userSkeleton = <Skeleton grid="user-grid" areas={['day', 'sectors', 'holdings', 'trades']} />;

export const closeSkeleton = <Skeleton grid="close-grid" areas={['twins', 'comparison']} />;

export const pipelineSkeleton = <Skeleton grid="pipeline-grid" areas={['plan', 'partitions']} />;

export const statementSkeleton = <Skeleton grid="" areas={['statement']} />;

export const symbolSkeleton = <Skeleton grid="symbol-grid" areas={['prices', 'trades']} />;

export const symbolsSkeleton = <Skeleton grid="" areas={['symbols-only']} />;
