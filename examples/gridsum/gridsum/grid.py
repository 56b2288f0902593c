"""The grid itself."""


class GridError(ValueError):
    """The numbers do not form a usable grid."""


class Grid:
    """A rectangle of floats; `rows[r][c]`."""

    def __init__(self, rows):
        if len(rows) == 0 or len(rows[0]) == 0:
            raise GridError("a grid needs at least one cell")
        for row in rows:
            if len(row) != len(rows[0]):
                raise GridError(f"rows of different length: {len(rows[0])} and {len(row)}")
        self.rows = [[float(value) for value in row] for row in rows]

    @property
    def height(self):
        return len(self.rows)

    @property
    def width(self):
        return len(self.rows[0])

    def cells(self):
        """All values, row by row."""
        values = []
        for r in range(self.height):
            for c in range(self.width):
                values.append(self.rows[r][c])
        return values

    def neighbours(self, r, c):
        """Places above, left, right and below that lie inside."""
        places = []
        for dr, dc in [(-1, 0), (0, -1), (0, 1), (1, 0)]:
            if r + dr >= 0 and r + dr < self.height and c + dc >= 0 and c + dc < self.width:
                places.append((r + dr, c + dc))
        return places

    def rectangle_sum(self, top, left, bottom, right):
        """Sum of the cells from (top, left) to (bottom, right), both included."""
        if not (0 <= top <= bottom < self.height and 0 <= left <= right < self.width):
            raise GridError(f"rectangle outside the grid: {(top, left, bottom, right)}")
        total = 0.0
        for r in range(top, bottom + 1):
            for c in range(left, right + 1):
                total += self.rows[r][c]
        return total
