"""Cities of Nigeria, and the districts in which hotels stand.

City points come from GeoNames (https://www.geonames.org, CC BY 4.0). GeoNames knows no Victoria Island, Wuse 2 or GRA,
so the districts' centres are set by hand.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class City:
    """A city; `city` repeats the name so that cities and districts can be stored alike."""

    name: str
    city: str
    state: str
    lga: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class District:
    """A district of a city. Hotels lie at most `reach_metres` from its centre, which keeps them out of the water.

    `stars` are the ratings to draw from, `share` is how many hotels the world of usual size has here.
    """

    name: str
    city: str
    state: str
    lga: str
    latitude: float
    longitude: float
    reach_metres: int
    stars: tuple[int, ...]
    share: int


_CITY_ROWS: Final = (
    ("Lagos", "Lagos", "Lagos Island", 6.45407, 3.39467),
    ("Abuja", "FCT", "Abuja Municipal", 9.05785, 7.49508),
    ("Port Harcourt", "Rivers", "Port Harcourt", 4.77742, 7.0134),
    ("Ibadan", "Oyo", "Ibadan North", 7.37756, 3.90591),
    ("Kano", "Kano", "Kano Municipal", 12.00012, 8.51672),
    ("Enugu", "Enugu", "Enugu North", 6.44132, 7.49883),
    ("Benin City", "Edo", "Oredo", 6.33815, 5.62575),
    ("Kaduna", "Kaduna", "Kaduna North", 10.52641, 7.43879),
    ("Calabar", "Cross River", "Calabar Municipal", 4.95893, 8.32695),
    ("Uyo", "Akwa Ibom", "Uyo", 5.05127, 7.9335),
    ("Owerri", "Imo", "Owerri Municipal", 5.48363, 7.03325),
    ("Jos", "Plateau", "Jos North", 9.92849, 8.89212),
    ("Asaba", "Delta", "Oshimili South", 6.19824, 6.73187),
    ("Warri", "Delta", "Warri South", 5.51737, 5.75006),
    ("Ilorin", "Kwara", "Ilorin West", 8.49664, 4.54214),
    ("Abeokuta", "Ogun", "Abeokuta South", 7.15571, 3.34509),
    ("Akure", "Ondo", "Akure South", 7.25256, 5.19312),
    ("Onitsha", "Anambra", "Onitsha North", 6.14978, 6.78569),
    ("Awka", "Anambra", "Awka South", 6.21269, 7.07199),
    ("Osogbo", "Osun", "Osogbo", 7.77104, 4.55698),
    ("Ile-Ife", "Osun", "Ife Central", 7.4824, 4.56032),
    ("Ado-Ekiti", "Ekiti", "Ado-Ekiti", 7.62329, 5.22087),
    ("Ikorodu", "Lagos", "Ikorodu", 6.61526, 3.5069),
    ("Aba", "Abia", "Aba South", 5.10658, 7.36667),
    ("Umuahia", "Abia", "Umuahia North", 5.52491, 7.49461),
    ("Abakaliki", "Ebonyi", "Abakaliki", 6.32485, 8.11368),
    ("Yenagoa", "Bayelsa", "Yenagoa", 4.92675, 6.26764),
    ("Makurdi", "Benue", "Makurdi", 7.73375, 8.52139),
    ("Lokoja", "Kogi", "Lokoja", 7.79688, 6.74048),
    ("Lafia", "Nasarawa", "Lafia", 8.4939, 8.51532),
    ("Minna", "Niger", "Chanchaga", 9.61524, 6.54776),
    ("Bauchi", "Bauchi", "Bauchi", 10.31032, 9.84388),
    ("Gombe", "Gombe", "Gombe", 10.28969, 11.16729),
    ("Yola", "Adamawa", "Yola South", 9.20839, 12.48146),
    ("Jalingo", "Taraba", "Jalingo", 8.89367, 11.3596),
    ("Damaturu", "Yobe", "Damaturu", 11.74697, 11.96083),
    ("Maiduguri", "Borno", "Maiduguri", 11.84692, 13.15712),
    ("Sokoto", "Sokoto", "Sokoto North", 13.06269, 5.24322),
    ("Birnin Kebbi", "Kebbi", "Birnin Kebbi", 12.45389, 4.1975),
    ("Gusau", "Zamfara", "Gusau", 12.17024, 6.66412),
    ("Katsina", "Katsina", "Katsina", 12.99082, 7.60177),
    ("Dutse", "Jigawa", "Dutse", 11.75618, 9.33896),
    ("Zaria", "Kaduna", "Zaria", 11.11128, 7.7227),
)

_UPSCALE: Final = (3, 4, 4, 5)
_MIDDLE: Final = (2, 3, 3, 4)
_MODEST: Final = (1, 1, 2, 2, 3)

_DISTRICT_ROWS: Final = (
    ("Victoria Island", "Lagos", "Eti-Osa", 6.4281, 3.4219, 600, _UPSCALE, 9),
    ("Ikoyi", "Lagos", "Eti-Osa", 6.4520, 3.4350, 500, _UPSCALE, 7),
    ("Lekki Phase 1", "Lagos", "Eti-Osa", 6.4470, 3.4720, 600, _UPSCALE, 9),
    ("Oniru", "Lagos", "Eti-Osa", 6.4330, 3.4440, 400, _UPSCALE, 4),
    ("Agungi", "Lagos", "Eti-Osa", 6.4420, 3.5160, 500, _MIDDLE, 4),
    ("Ajah", "Lagos", "Eti-Osa", 6.4670, 3.5680, 600, _MODEST, 5),
    ("Ikeja GRA", "Lagos", "Ikeja", 6.5790, 3.3560, 700, _UPSCALE, 9),
    ("Allen", "Lagos", "Ikeja", 6.6010, 3.3520, 700, _MIDDLE, 6),
    ("Maryland", "Lagos", "Kosofe", 6.5720, 3.3670, 600, _MIDDLE, 5),
    ("Yaba", "Lagos", "Lagos Mainland", 6.5150, 3.3740, 600, _MIDDLE, 5),
    ("Surulere", "Lagos", "Surulere", 6.5000, 3.3530, 900, _MIDDLE, 6),
    ("Gbagada", "Lagos", "Kosofe", 6.5530, 3.3850, 600, _MIDDLE, 3),
    ("Apapa GRA", "Lagos", "Apapa", 6.4480, 3.3640, 400, _MIDDLE, 3),
    ("Festac Town", "Lagos", "Amuwo-Odofin", 6.4660, 3.2840, 700, _MODEST, 3),
    ("Magodo", "Lagos", "Kosofe", 6.6180, 3.3800, 700, _MIDDLE, 3),
    ("Wuse 2", "Abuja", "Abuja Municipal", 9.0765, 7.4760, 800, _UPSCALE, 8),
    ("Maitama", "Abuja", "Abuja Municipal", 9.0882, 7.4934, 800, _UPSCALE, 6),
    ("Asokoro", "Abuja", "Abuja Municipal", 9.0406, 7.5296, 800, _UPSCALE, 3),
    ("Garki Area 11", "Abuja", "Abuja Municipal", 9.0345, 7.4920, 700, _MIDDLE, 5),
    ("Central Business District", "Abuja", "Abuja Municipal", 9.0520, 7.4860, 700, _UPSCALE, 3),
    ("Jabi", "Abuja", "Abuja Municipal", 9.0660, 7.4240, 600, _MIDDLE, 5),
    ("Utako", "Abuja", "Abuja Municipal", 9.0660, 7.4420, 700, _MIDDLE, 5),
    ("Gwarinpa", "Abuja", "Abuja Municipal", 9.1080, 7.4040, 1000, _MIDDLE, 5),
    ("Lugbe", "Abuja", "Abuja Municipal", 8.9840, 7.3790, 800, _MODEST, 2),
    ("GRA Phase 2", "Port Harcourt", "Port Harcourt", 4.8190, 6.9990, 600, _UPSCALE, 6),
    ("New GRA", "Port Harcourt", "Obio-Akpor", 4.8270, 6.9930, 600, _MIDDLE, 4),
    ("Trans Amadi", "Port Harcourt", "Port Harcourt", 4.8140, 7.0360, 700, _MIDDLE, 4),
    ("Peter Odili Road", "Port Harcourt", "Port Harcourt", 4.7990, 7.0420, 400, _MIDDLE, 3),
    ("Bodija", "Ibadan", "Ibadan North", 7.4350, 3.9130, 900, _MIDDLE, 5),
    ("Ring Road", "Ibadan", "Ibadan South-West", 7.3560, 3.8700, 900, _MIDDLE, 4),
    ("Jericho", "Ibadan", "Ibadan North-West", 7.4000, 3.8750, 700, _UPSCALE, 3),
    ("Oluyole Estate", "Ibadan", "Ibadan South-West", 7.3600, 3.8520, 800, _MIDDLE, 2),
    ("Nassarawa GRA", "Kano", "Nassarawa", 11.9800, 8.5500, 1000, _UPSCALE, 5),
    ("Sabon Gari", "Kano", "Fagge", 12.0180, 8.5370, 700, _MODEST, 4),
    ("Bompai", "Kano", "Nassarawa", 12.0100, 8.5570, 800, _MIDDLE, 3),
    ("Independence Layout", "Enugu", "Enugu South", 6.4330, 7.5230, 900, _UPSCALE, 4),
    ("GRA", "Enugu", "Enugu North", 6.4560, 7.5080, 800, _MIDDLE, 3),
    ("New Haven", "Enugu", "Enugu North", 6.4530, 7.5220, 600, _MODEST, 1),
    ("GRA", "Benin City", "Oredo", 6.3180, 5.6140, 900, _MIDDLE, 5),
    ("Ugbowo", "Benin City", "Egor", 6.3990, 5.6100, 800, _MODEST, 2),
    ("Barnawa", "Kaduna", "Kaduna South", 10.4750, 7.4280, 800, _MIDDLE, 3),
    ("Ungwan Rimi", "Kaduna", "Kaduna North", 10.5450, 7.4530, 800, _MIDDLE, 3),
    ("State Housing", "Calabar", "Calabar Municipal", 4.9900, 8.3450, 700, _MIDDLE, 3),
    ("Diamond Hill", "Calabar", "Calabar Municipal", 4.9640, 8.3300, 500, _MIDDLE, 3),
    ("Ewet Housing", "Uyo", "Uyo", 5.0190, 7.9390, 900, _UPSCALE, 4),
    ("Shelter Afrique", "Uyo", "Uyo", 5.0000, 7.9600, 700, _MIDDLE, 2),
    ("Ikenegbu", "Owerri", "Owerri Municipal", 5.4930, 7.0400, 700, _MIDDLE, 3),
    ("New Owerri", "Owerri", "Owerri West", 5.4750, 7.0100, 900, _MIDDLE, 3),
    ("Rayfield", "Jos", "Jos South", 9.8450, 8.9020, 1200, _MIDDLE, 3),
    ("GRA", "Jos", "Jos North", 9.9000, 8.8830, 900, _MIDDLE, 2),
    ("DBS Road", "Asaba", "Oshimili South", 6.2040, 6.7140, 700, _MIDDLE, 2),
    ("Okpanam Road", "Asaba", "Oshimili South", 6.2170, 6.7050, 800, _MIDDLE, 3),
    ("Effurun", "Warri", "Uvwie", 5.5560, 5.7890, 900, _MIDDLE, 3),
    ("GRA", "Warri", "Warri South", 5.5230, 5.7590, 400, _MIDDLE, 1),
    ("GRA", "Ilorin", "Ilorin West", 8.4830, 4.5690, 900, _MIDDLE, 3),
    ("Tanke", "Ilorin", "Ilorin South", 8.4770, 4.6000, 800, _MODEST, 1),
    ("Ibara", "Abeokuta", "Abeokuta South", 7.1430, 3.3370, 800, _MIDDLE, 3),
    ("Alagbaka", "Akure", "Akure South", 7.2530, 5.2130, 800, _MIDDLE, 2),
    ("GRA", "Onitsha", "Onitsha North", 6.1620, 6.7860, 500, _MIDDLE, 2),
    ("Udoka Estate", "Awka", "Awka South", 6.2250, 7.0850, 700, _MIDDLE, 1),
    ("High Level", "Makurdi", "Makurdi", 7.7240, 8.5290, 600, _MIDDLE, 1),
    ("Lokongoma", "Lokoja", "Lokoja", 7.7800, 6.7340, 500, _MIDDLE, 1),
    ("GRA", "Bauchi", "Bauchi", 10.3000, 9.8400, 900, _MIDDLE, 1),
    ("Jimeta", "Yola", "Yola North", 9.2740, 12.4560, 600, _MIDDLE, 1),
    ("Oke-Fia", "Osogbo", "Osogbo", 7.7740, 4.5500, 700, _MIDDLE, 1),
    ("Tunga", "Minna", "Chanchaga", 9.6010, 6.5560, 800, _MODEST, 1),
)

CITIES: Final[tuple[City, ...]] = tuple(
    City(name, name, state, lga, latitude, longitude) for name, state, lga, latitude, longitude in _CITY_ROWS
)
_STATE_OF: Final = {city.name: city.state for city in CITIES}
DISTRICTS: Final[tuple[District, ...]] = tuple(
    District(name, city, _STATE_OF[city], lga, latitude, longitude, reach, stars, share)
    for name, city, lga, latitude, longitude, reach, stars, share in _DISTRICT_ROWS
)


def district(name: str, city: str) -> District:
    """The one district of that name in that city; KeyError when there is none."""
    for place in DISTRICTS:
        if (place.name, place.city) == (name, city):
            return place
    raise KeyError(f"{name}, {city}")
