-- One GET after the other of the paths in the file SEARCH_PATHS.
local paths, next_path = {}, 0
for path in io.lines(os.getenv("SEARCH_PATHS")) do paths[#paths + 1] = path end
function request()
  next_path = next_path % #paths + 1
  return wrk.format("GET", paths[next_path])
end
dofile(os.getenv("WRK_DONE"))
