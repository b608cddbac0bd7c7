-- One page again and again, for who has TOKEN.
wrk.headers["Authorization"] = "Bearer " .. os.getenv("TOKEN")
dofile(os.getenv("WRK_DONE"))
