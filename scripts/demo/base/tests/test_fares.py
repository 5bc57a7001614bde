from harbour.fares import party_fare, share


def test_half_a_cent_rounds_up():
    assert share(25, 50) == 13
    assert share(45, 50) == 23
    assert share(130, 65) == 85


def test_less_than_half_a_cent_rounds_down():
    assert share(101, 65) == 66
    assert share(33, 65) == 21


def test_children_and_seniors_pay_their_share():
    assert party_fare(2000, adults=2, children=1, seniors=1) == 4000 + 1000 + 1300


def test_ten_people_pay_the_group_price_rounded_once_on_the_whole():
    assert party_fare(1005, adults=10) == 9045
    assert party_fare(1111, adults=10) == 9999
    assert party_fare(1005, adults=9, children=1) == 8593


def test_nine_people_are_no_group():
    assert party_fare(1000, adults=9) == 9000
