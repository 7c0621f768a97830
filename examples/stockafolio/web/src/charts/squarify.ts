/** A rectangle; all in the same unit, from the top left. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides a rectangle into rectangles of these sizes, each as square as possible: the squarified treemap of Bruls, Huizing
 * and van Wijk (Squarified Treemaps, Proceedings of VisSym 2000, section 3). It fills rows along the shorter side of what
 * is left. A row takes the next size as long as the worst ratio of sides in it does not get worse.
 *
 * @param sizes positive, in descending order
 * @returns one rectangle for each size, in the same order; their areas are in the ratios of the sizes
 */
export function squarify(sizes: readonly number[], box: Box): Box[] {
  const sum = sizes.reduce((all, size) => all + size, 0);
  const scale = sum === 0 ? 0 : (box.width * box.height) / sum;
  const areas = sizes.map((size) => size * scale);
  const boxes: Box[] = [];
  let left = box;
  for (let first = 0; first < areas.length;) {
    const side = Math.min(left.width, left.height);
    let end = first + 1;
    let total = areas[first] ?? 0;
    const largest = total;
    let worst = worstRatio(largest, total, total, side);
    for (; end < areas.length; end++) {
      const next = areas[end] ?? 0;
      const ratio = worstRatio(largest, next, total + next, side);
      if (ratio > worst) break;
      worst = ratio;
      total += next;
    }
    left = layRow(areas.slice(first, end), total, left, boxes);
    first = end;
  }
  return boxes;
}

/** The worst ratio of sides in a row along `side`, from its largest and smallest area and their total. */
function worstRatio(largest: number, smallest: number, total: number, side: number): number {
  const square = side * side;
  return Math.max((square * largest) / (total * total), (total * total) / (square * smallest));
}

/** Lays a row along the shorter side, and returns what is left. */
function layRow(areas: readonly number[], total: number, of: Box, boxes: Box[]): Box {
  const { left, top, width, height } = of;
  if (width >= height) {
    const thick = height === 0 ? 0 : total / height;
    let y = top;
    for (const area of areas) {
      const long = thick === 0 ? 0 : area / thick;
      boxes.push({ left, top: y, width: thick, height: long });
      y += long;
    }
    return { left: left + thick, top, width: Math.max(0, width - thick), height };
  }
  const thick = width === 0 ? 0 : total / width;
  let x = left;
  for (const area of areas) {
    const long = thick === 0 ? 0 : area / thick;
    boxes.push({ left: x, top, width: long, height: thick });
    x += long;
  }
  return { left, top: top + thick, width, height: Math.max(0, height - thick) };
}
