"""Connected areas."""

from gridsum.grid import GridError


def label_above(grid, threshold):
    """Connected areas of cells above the threshold, each a sorted list of places, largest first."""
    visited = []
    areas = []
    for r in range(grid.height):
        for c in range(grid.width):
            if grid.rows[r][c] <= threshold or (r, c) in visited:
                continue
            visited.append((r, c))
            queue = [(r, c)]
            area = []
            while len(queue) > 0:
                place = queue.pop(0)
                area.append(place)
                for nr, nc in grid.neighbours(place[0], place[1]):
                    if grid.rows[nr][nc] > threshold and (nr, nc) not in visited:
                        visited.append((nr, nc))
                        queue.append((nr, nc))
            areas.append(sorted(area))
    return sorted(areas, key=lambda area: (-len(area), area))


def basins(grid, limit=10000):
    """How many cells drain into each local minimum, by following the steepest way down."""
    sizes = {}
    for r in range(grid.height):
        for c in range(grid.width):
            place = (r, c)
            steps = 0
            while True:
                lowest = place
                for nr, nc in grid.neighbours(place[0], place[1]):
                    if grid.rows[nr][nc] < grid.rows[lowest[0]][lowest[1]]:
                        lowest = (nr, nc)
                if lowest == place:
                    break
                place = lowest
                steps += 1
                if steps > limit:
                    raise GridError(f"no minimum within {limit} steps of {(r, c)}")
            if place in sizes.keys():
                sizes[place] = sizes[place] + 1
            else:
                sizes[place] = 1
    return sizes
